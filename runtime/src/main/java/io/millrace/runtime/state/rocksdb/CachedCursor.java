package io.millrace.runtime.state.rocksdb;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.StateTtlConfig.UpdateType;
import io.millrace.runtime.state.NextKeys;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.EntryCursor;
import io.millrace.runtime.state.heap.Segment;
import io.millrace.runtime.state.heap.StateTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The current key's entry of a {@link CachedTable}, read from the database where the cache hasn't
 * it. Owned by the task thread.
 */
public final class CachedCursor<V> implements EntryCursor<V> {
  private final CachedTable<V> table;
  private final StateTable<V> entries;
  private final CurrentKey key;
  private final LongSupplier clock;
  private final long ttlMillis;
  private final boolean renewedByReads;
  private final boolean objectValues;
  private final boolean objectKeysOnly;
  private final TableStore.Value<V> stored = new TableStore.Value<>();
  private final ReadAhead ahead = new ReadAhead();
  private boolean readsAhead;
  private long serial;
  private int slot;

  CachedCursor(CachedTable<V> table, LongSupplier clock, Optional<StateTtlConfig> ttl) {
    this.table = table;
    this.entries = table.entries();
    this.key = table.cache().key();
    this.objectValues = table.layout().objectValues();
    this.objectKeysOnly = !objectValues && !table.layout().longKeys();
    this.clock = clock;
    this.ttlMillis = ttl.map(config -> config.ttl().toMillis()).orElse(0L);
    this.renewedByReads =
        ttl.filter(config -> config.update() == UpdateType.ON_READ_AND_WRITE).isPresent();
  }

  CachedTable<V> table() {
    return table;
  }

  public StateTable<V> entries() {
    return entries;
  }

  /** Where the flags of an entry are, from the beginning of its value. */
  public int flagsOffset() {
    return table.layout().flagsOffset() - 1;
  }

  /** The flags of an entry whose value may be used as it is, and that need no change. */
  public static boolean isPlainHit(long flags) {
    return (flags & (CachedTable.REFERENCED | CachedTable.DELETED)) == CachedTable.REFERENCED;
  }

  /** Tells which entries may be changed without telling the cache. */
  public CutEpoch epoch() {
    return table.cache().epoch();
  }

  @Override
  public boolean find() {
    if (serial != key.serial()) {
      lookUp();
    }
    if (slot < 0 || (segment().flags(slot) & CachedTable.DELETED) != 0) {
      return false;
    }
    if (ttlMillis == 0 || !isExpired(segment().time(slot))) {
      return true;
    }
    remove();
    return false;
  }

  private void lookUp() {
    key.requireSet();
    Segment segment = segment();
    slot = slotIn(segment);
    if (slot >= 0) {
      long flags = segment.flags(slot);
      if ((flags & CachedTable.REFERENCED) == 0) {
        ahead.used();
        segment.setFlags(slot, flags | CachedTable.REFERENCED);
      }
    } else if (!table.isComplete()) {
      ahead.missed();
      if (table.store().read(stored)) {
        insertStored();
      }
    }
    serial = key.serial();
  }

  /**
   * Reads the current key's value, expired or not, and leaves the cache as it is.
   *
   * @return whether there is one
   */
  boolean peek(TableStore.Value<V> into) {
    Segment segment = segment();
    int found = slotIn(segment);
    if (found < 0) {
      return !table.isComplete() && table.store().read(into);
    }
    if ((segment.flags(found) & CachedTable.DELETED) != 0) {
      return false;
    }
    into.value = entries.load(segment, found);
    into.time = ttlMillis == 0 ? 0 : segment.time(found);
    return true;
  }

  /** Adds what was read of the current key, which the cache has not. */
  private void insertStored() {
    Segment target = insert();
    entries.store(target, slot, stored.value);
    target.setFlags(slot, CachedTable.STORED);
    if (ttlMillis != 0) {
      target.setTime(slot, stored.time);
    }
    stored.value = null;
  }

  // ---- keys told beforehand

  /** A batch begins; whether its keys are to be told. */
  boolean wantsNextKeys(int records) {
    readsAhead = ahead.begins(records) && !table.isComplete();
    return readsAhead;
  }

  /**
   * Reads entries that the cache has not, all together, if that is worth it. What the database has
   * not either gets an entry that says so.
   */
  void readAhead(NextKeys next) {
    if (!readsAhead) {
      return;
    }
    List<byte[]> absent = new ArrayList<>(next.count);
    int[] rows = new int[next.count];
    int most = ReadAhead.most(table.store().averageBytes());
    for (int i = 0; i < next.count && absent.size() < most; i++) {
      setKey(next, i);
      if (slotIn(segment()) < 0) {
        rows[absent.size()] = i;
        absent.add(table.store().currentKey().toByteArray());
      }
    }
    if (!ReadAhead.isWorth(absent.size())) {
      return;
    }
    List<byte[]> found = table.cache().database().getAll(absent);
    for (int i = 0; i < found.size(); i++) {
      setKey(next, rows[i]);
      if (slotIn(segment()) >= 0) {
        continue; // It is in the batch twice.
      }
      byte[] bytes = found.get(i);
      if (bytes == null) {
        insert().setFlags(slot, CachedTable.DELETED);
      } else {
        table.store().decode(table.cache().reader(bytes), absent.get(i).length, stored);
        insertStored();
      }
    }
  }

  private void setKey(NextKeys next, int index) {
    if (key.isLong()) {
      key.set(next.longs[index], next.hashes[index]);
    } else {
      key.set(next.objects[index], next.hashes[index]);
    }
  }

  private int slotIn(Segment segment) {
    int hash = key.hash();
    return key.isLong() ? segment.find(key.longKey(), hash) : segment.find(key.objectKey(), hash);
  }

  private Segment segment() {
    return entries.segment(key.group(), key.hash());
  }

  /** Where the value of the entry that {@link #find} found begins in the words of its segment. */
  public int valueIndex() {
    return segment().valueIndex(slot);
  }

  @Override
  public V load() {
    return entries.load(segment(), slot);
  }

  @Override
  public boolean isOwned() {
    return !table.isOfCut(segment(), slot);
  }

  @Override
  public void touch() {
    if (renewedByReads) {
      long now = clock.getAsLong();
      Segment segment = segment();
      if (segment.time(slot) != now) {
        table.beforeChange(key.group(), segment, slot);
        segment.setTime(slot, now);
        table.markDirty(segment, slot);
      }
    }
  }

  @Override
  public void store(V value) {
    boolean present = find();
    if (serial != key.serial()) {
      lookUp(); // it had expired
    }
    store(value, ttlMillis == 0 ? 0 : clock.getAsLong(), present);
  }

  private void store(V value, long time, boolean present) {
    Segment segment = changing();
    if (!present) {
      table.countLive(1);
    }
    entries.store(segment, slot, value);
    if (ttlMillis != 0) {
      segment.setTime(slot, time);
    }
    table.markDirty(segment, slot);
    if (objectValues) {
      table.store().stored(value);
    }
  }

  /** The segment of the current key's entry, which is made if there is none, and may be changed. */
  private Segment changing() {
    if (slot < 0) {
      return insert();
    }
    Segment segment = segment();
    table.beforeChange(key.group(), segment, slot);
    return segment;
  }

  /** Before the entry is changed whose value begins there. */
  public void beforeChange(int valueIndex) {
    Segment segment = segment();
    table.beforeChange(key.group(), segment, segment.slotOf(valueIndex));
  }

  /** Gives the current key an entry that may be written, for a flat value without expiry. */
  public void prepareWrite() {
    boolean present = find();
    Segment segment = changing();
    if (!present) {
      table.countLive(1);
    }
    segment.setFlags(slot, segment.flags(slot) & ~CachedTable.DELETED);
  }

  /** Gives the current key an entry that is written next, in its words and unseen by the cache. */
  public void open() {
    prepareWrite();
    table.markOpened(segment(), slot);
  }

  /** Tells the cache that the entry was written whose value begins there. */
  public void written(int valueIndex) {
    Segment segment = segment();
    table.markDirty(segment, segment.slotOf(valueIndex));
  }

  @Override
  public void restore(V value, long time) {
    // A snapshot has each key once: the database needs no look.
    slot = slotIn(segment());
    serial = key.serial();
    boolean present = slot >= 0 && (segment().flags(slot) & CachedTable.DELETED) == 0;
    store(value, time, present);
  }

  @Override
  public void remove() {
    if (serial != key.serial()) {
      lookUp();
    }
    if (slot < 0) {
      return;
    }
    Segment segment = segment();
    if ((segment.flags(slot) & CachedTable.DELETED) == 0
        && table.delete(key.group(), segment, slot)) {
      serial = 0;
    }
  }

  private Segment insert() {
    table.cache().makeRoom(table.bytesPerEntry());
    int hash = key.hash();
    Segment target = entries.withRoom(key.group(), hash, segment());
    if (key.isLong()) {
      slot = ~target.find(key.longKey(), hash);
      target.occupy(slot, key.longKey());
    } else {
      slot = ~target.find(key.objectKey(), hash);
      target.occupy(slot, key.retainedKey(), hash);
    }
    serial = key.serial();
    entries.countInserted();
    if (objectKeysOnly) {
      table.store().storedKey();
    }
    return target;
  }

  @Override
  public long now() {
    return clock.getAsLong();
  }

  @Override
  public long ttlMillis() {
    return ttlMillis;
  }

  @Override
  public boolean renewedByReads() {
    return renewedByReads;
  }

  @Override
  public boolean isExpired(long time) {
    return clock.getAsLong() - time >= ttlMillis;
  }
}

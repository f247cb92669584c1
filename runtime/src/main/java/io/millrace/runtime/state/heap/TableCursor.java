package io.millrace.runtime.state.heap;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.StateTtlConfig.UpdateType;
import io.millrace.core.types.FlatLayout;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The current key's entry in one table, looked up once a key. Every change of a table goes through
 * its cursor. Owned by the task thread.
 */
public final class TableCursor<V> implements EntryCursor<V> {
  private final StateTable<V> table;
  private final CurrentKey key;
  private final LongSupplier clock;
  private final long ttlMillis;
  private final boolean renewedByReads;
  private final boolean stamped;
  private final int shift;
  private final int stride;
  // Null if values are not words alone.
  private final FlatLayout<V> flat;
  private final boolean plain;
  private long serial;
  // No reference to the segment is kept: storing one a record costs a card mark, and under G1 a
  // fence; it is found again through what is in the cache by then.
  private int slot;

  TableCursor(
      StateTable<V> table, CurrentKey key, LongSupplier clock, Optional<StateTtlConfig> ttl) {
    this.table = table;
    this.key = key;
    this.clock = clock;
    this.ttlMillis = ttl.map(config -> config.ttl().toMillis()).orElse(0L);
    this.renewedByReads =
        ttl.filter(config -> config.update() == UpdateType.ON_READ_AND_WRITE).isPresent();
    this.stamped = table.layout().stamped();
    this.shift = table.shift();
    this.stride = table.stride();
    this.flat = table.row().orElse(null) instanceof FlatLayout<V> words ? words : null;
    this.plain = flat != null && ttlMillis == 0 && !stamped;
  }

  public StateTable<V> table() {
    return table;
  }

  @Override
  public boolean find() {
    if (serial != key.serial()) {
      lookUp();
    }
    if (slot >= 0) {
      if (ttlMillis == 0) {
        return true;
      }
      if (!isExpired(segment().time(slot))) {
        return true;
      }
      remove();
    }
    return false;
  }

  private void lookUp() {
    key.requireSet();
    int hash = key.hash();
    slot = key.isLong() ? find(key.longKey(), hash) : segment().find(key.objectKey(), hash);
    serial = key.serial();
  }

  /** By the words alone nearly always: the segment and its marks would be cache lines more. */
  private int find(long longKey, int hash) {
    int found = Segment.findSlot(table.words(key.group(), hash), longKey, hash, shift, stride);
    return found == Segment.UNKNOWN ? segment().find(longKey, hash) : found;
  }

  private Segment segment() {
    return table.segment(key.group(), key.hash());
  }

  /** Where the value of the entry that {@link #find} found begins in the words of its segment. */
  public int valueIndex() {
    return Segment.valueIndex(slot, stride);
  }

  @Override
  public V load() {
    return flat == null
        ? table.load(segment(), slot)
        : flat.load(table.words(key.group(), key.hash()), valueIndex());
  }

  @Override
  public boolean isOwned() {
    return !table.clock().isFrozen(segment().valueStamp(slot));
  }

  @Override
  public void touch() {
    if (renewedByReads) {
      long now = clock.getAsLong();
      if (segment().time(slot) != now) {
        writable().setTime(slot, now);
      }
    }
  }

  @Override
  public void store(V value) {
    boolean found = find();
    if (found && plain) {
      long[] words = table.words(key.group(), key.hash());
      if (!table.clock().isFrozen(Segment.stamp(words))) {
        flat.store(value, words, valueIndex());
        return;
      }
    }
    Segment segment = found ? writable() : insert();
    table.store(segment, slot, value);
    if (ttlMillis != 0) {
      segment.setTime(slot, clock.getAsLong());
    }
    if (stamped) {
      segment.setValueStamp(slot, table.clock().version());
    }
  }

  /** The segment of the entry that {@link #find} found. */
  public Segment found() {
    return segment();
  }

  /** The slot of the entry that {@link #find} found. */
  public int slot() {
    return slot;
  }

  /** Gives the current key an entry to be written now, in the segment returned. */
  public Segment write() {
    Segment segment = find() ? writable() : insert();
    if (ttlMillis != 0) {
      segment.setTime(slot, clock.getAsLong());
    }
    return segment;
  }

  /**
   * Gives the current key an entry that may be written, for a flat value without a time to live.
   */
  public void prepareWrite() {
    if (find()) {
      writable();
    } else {
      insert();
    }
  }

  @Override
  public void restore(V value, long time) {
    store(value);
    if (ttlMillis != 0) {
      segment().setTime(slot, time);
    }
  }

  /**
   * Removes the current key's entry without moving entries in the segment that a walk may be in the
   * middle of.
   */
  void removeAside() {
    if (find()) {
      table.copyOf(key.group(), key.hash(), segment());
      remove();
    }
  }

  @Override
  public void remove() {
    if (serial != key.serial()) {
      lookUp();
    }
    if (slot < 0) {
      return;
    }
    writable().remove(slot);
    table.countRemoved();
    serial = 0;
  }

  private Segment writable() {
    // Slots of a copy are those of the original.
    return table.writable(key.group(), key.hash(), segment());
  }

  private Segment insert() {
    int hash = key.hash();
    Segment target = table.withRoom(key.group(), hash, segment());
    if (key.isLong()) {
      slot = ~target.find(key.longKey(), hash);
      target.occupy(slot, key.longKey());
    } else {
      slot = ~target.find(key.objectKey(), hash);
      target.occupy(slot, key.retainedKey(), hash);
    }
    serial = key.serial();
    table.countInserted();
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

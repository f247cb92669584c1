package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.CutClock;
import io.millrace.runtime.state.heap.Segment;
import io.millrace.runtime.state.heap.SegmentLayout;
import io.millrace.runtime.state.heap.StateTable;
import io.millrace.runtime.state.heap.StoredForm;

/**
 * The entries of one state, or of one pane: what was used last in a table on the heap, the rest in
 * the database. As long as nothing had to leave the heap, the heap has them all and a key that is
 * not there is nowhere. Owned by the task thread.
 */
final class CachedTable<V> {
  /** Used since the eviction last came by. */
  static final long REFERENCED = 2;

  /** The key has no value, whatever the database says. */
  static final long DELETED = 4;

  /** The database has a value of the key, perhaps an older one. */
  static final long STORED = 8;

  private static final int OBJECT_BYTES = 48;

  private final StateTable<V> entries;
  private final SegmentLayout layout;
  private final StoreKeys keys;
  private final TypeSerializer<V> serializer;
  private final boolean timed;
  private final ObjectCache cache;
  private final CutEpoch epoch;
  private final CurrentKey key;
  private final SegmentHand evictionHand;
  private final SegmentHand cleaningHand;
  private long live;
  private int dirty;
  private int leftOfCut;
  private boolean dropped;
  private boolean complete = true;
  private boolean written;
  private boolean classNames;
  private int walks;
  // Of keys and values as they are stored; moves slowly.
  private int averageBytes = 16;

  CachedTable(StoreKeys keys, StoredForm<V> form, boolean timed, int groupBits, ObjectCache cache) {
    this.key = cache.key();
    int valueWords = form.flat().map(FlatLayout::words).orElse(0);
    this.layout = SegmentLayout.ofCache(key.codec(), groupBits, valueWords, timed);
    this.entries = new StateTable<>(layout, form.flat(), new CutClock(), cache.groups());
    this.keys = keys;
    this.serializer = form.serializer();
    this.timed = timed;
    this.cache = cache;
    this.epoch = cache.epoch();
    this.evictionHand = new SegmentHand(entries);
    this.cleaningHand = new SegmentHand(entries);
  }

  StateTable<V> entries() {
    return entries;
  }

  SegmentLayout layout() {
    return layout;
  }

  StoreKeys keys() {
    return keys;
  }

  ObjectCache cache() {
    return cache;
  }

  TypeSerializer<V> serializer() {
    return serializer;
  }

  boolean timed() {
    return timed;
  }

  /** How many keys have a value, in the cache or in the database. */
  long size() {
    return live;
  }

  /** Whether the heap has all entries. */
  boolean isComplete() {
    return complete;
  }

  /** Whether the database may have something of this table. */
  boolean isWritten() {
    return written;
  }

  /** Whether keys or values are frames with class names, which don't fit into other frames. */
  boolean hasClassNames() {
    return classNames;
  }

  /**
   * The database has entries of it already.
   *
   * @param keys how many
   */
  void adopt(long keys) {
    live = keys;
    complete = false;
    written = true;
  }

  void countLive(int change) {
    live += change;
  }

  /** Estimated; pages are about half full. */
  long bytesPerEntry() {
    int words = 2 * Long.BYTES * layout.stride() + 2;
    int objects = (layout.objectValues() ? 1 : 0) + (layout.longKeys() ? 0 : 1);
    return words + (objects == 0 ? 0 : 16 + OBJECT_BYTES * objects + 2L * averageBytes);
  }

  long bytes() {
    return entries.size() * bytesPerEntry();
  }

  // ---- the database

  /**
   * Reads the current key's value.
   *
   * @return the stored form, or an empty reader if the database has none
   */
  boolean read(StoredValue<V> into) {
    BinaryWriter out = storeKey();
    BinaryReader in = cache.get(out);
    if (in == null) {
      return false;
    }
    decode(in, out.size(), into);
    return true;
  }

  /** The current key in the database; valid until the next is asked for. */
  BinaryWriter storeKey() {
    BinaryWriter out = cache.keyBytes();
    keys.begin(key.group(), out);
    encodeKey(key.isLong() ? key.codec().fromLong(key.longKey()) : key.objectKey(), out);
    return out;
  }

  /**
   * @param keyBytes of the key it was read by
   */
  void decode(BinaryReader in, int keyBytes, StoredValue<V> into) {
    sample(keyBytes + in.remaining());
    into.time = timed ? in.readLong() : 0;
    into.value = serializer.read(in);
  }

  /** A value as it was read. */
  static final class StoredValue<V> {
    V value;
    long time;
  }

  private void encodeKey(Object object, BinaryWriter out) {
    KeyCodec<Object> codec = key.codec();
    codec.encode(object, out);
  }

  private void sample(int bytes) {
    averageBytes += (bytes - averageBytes) / 16;
  }

  /** Adds an entry to what is written next. */
  @SuppressWarnings("unchecked")
  private void collect(int group, Segment segment, int slot) {
    BinaryWriter out = cache.keyBytes();
    keys.begin(group, out);
    encodeKey(
        layout.longKeys() ? key.codec().fromLong(segment.longKey(slot)) : segment.objectKey(slot),
        out);
    classNames |= out.hasClassNames();
    written = true;
    if ((segment.flags(slot) & DELETED) != 0) {
      cache.batch().delete(out, keys.prefixLength());
      return;
    }
    BinaryWriter value = cache.valueBytes();
    if (timed) {
      value.writeLong(segment.time(slot));
    }
    serializer.write(entries.load(segment, slot), value);
    classNames |= value.hasClassNames();
    if (classNames) {
      cache.wroteClassNames();
    }
    sample(out.size() + value.size());
    cache.batch().put(out, keys.prefixLength(), value);
  }

  // ---- keeping the cache small and clean

  /**
   * Removes up to {@code max} entries that were not used since it last came by, and collects what
   * of them is dirty. What is newer than a cut that is being written stays.
   *
   * @return how many were removed
   */
  int evict(int max) {
    int removed = 0;
    // A second round finds what the first has seen to be used.
    for (int left = 2 * segments() + 1; left > 0 && removed < max; left--) {
      removed += evictFromSegment(max - removed);
    }
    return removed;
  }

  private int evictFromSegment(int max) {
    Segment segment = evictionHand.segment();
    int group = evictionHand.group();
    if (segment.size() == 0) {
      evictionHand.next();
      return 0;
    }
    if (walks > 0) {
      segment = entries.copyOf(group, evictionHand.anyHash(), segment);
    }
    int removed = 0;
    int slot = evictionHand.slot();
    while (slot < segment.slots() && removed < max) {
      if (!segment.isUsed(slot)) {
        slot++;
        continue;
      }
      long flags = segment.flags(slot);
      if ((flags & REFERENCED) != 0) {
        segment.setFlags(slot, flags & ~REFERENCED);
        slot++;
        continue;
      }
      if ((flags & Segment.DIRTY) != 0) {
        if (!epoch.mayBeWritten(flags)) {
          slot++;
          continue;
        }
        collect(group, segment, slot);
        cleaned(flags);
      }
      if ((flags & DELETED) == 0) {
        complete = false;
      }
      // Moves another entry into the slot, perhaps: look at it again.
      entries.removeExpired(segment, slot);
      removed++;
    }
    evictionHand.at(slot);
    if (slot >= segment.slots()) {
      evictionHand.next();
    }
    return removed;
  }

  private int segments() {
    int count = 0;
    for (int group = 0; group < entries.groups(); group++) {
      count += entries.directory(group).length;
    }
    return count;
  }

  /**
   * Collects up to {@code max} dirty entries, while a cut is being written only those of it; none
   * moves.
   *
   * @return how many
   */
  int clean(int max) {
    int cleaned = 0;
    for (int left = segments() + 1; left > 0 && cleaned < max; left--) {
      cleaned += cleanSegment(max - cleaned);
    }
    return cleaned;
  }

  private int cleanSegment(int max) {
    Segment segment = cleaningHand.segment();
    int cleaned = 0;
    int slot = cleaningHand.slot();
    while (segment.dirty() > 0 && slot < segment.slots() && cleaned < max) {
      if (segment.isUsed(slot) && epoch.mayBeWritten(segment.flags(slot))) {
        clean(cleaningHand.group(), segment, slot);
        cleaned++;
      }
      slot++;
    }
    cleaningHand.at(slot);
    if (cleaned < max) {
      cleaningHand.next();
    }
    return cleaned;
  }

  private void clean(int group, Segment segment, int slot) {
    collect(group, segment, slot);
    long before = segment.flags(slot);
    long flags = before & ~Segment.DIRTY;
    segment.setFlags(slot, (flags & DELETED) != 0 ? flags & ~STORED : flags | STORED);
    cleaned(before);
  }

  /**
   * An entry is dirty no more.
   *
   * @param flags it had
   */
  private void cleaned(long flags) {
    dirty--;
    if (epoch.isOfCut(flags)) {
      leftOfCut--;
    }
    if (!dropped) {
      cache.cleaned(1);
    }
  }

  // ---- cuts

  /**
   * What is dirty now belongs to a cut.
   *
   * @return whether there is anything
   */
  boolean beginCut() {
    leftOfCut = dirty;
    return dirty > 0;
  }

  /** Whether all that is of the cut was collected. */
  boolean isWholeInCut() {
    return leftOfCut == 0;
  }

  /** Whether the cut needs a value as it is. */
  boolean isOfCut(Segment segment, int slot) {
    return epoch.isOfCut(segment.flags(slot));
  }

  /** Before an entry is changed: the cut that is being written gets it as it is. */
  void beforeChange(int group, Segment segment, int slot) {
    if (epoch.isOfCut(segment.flags(slot))) {
      clean(group, segment, slot);
      // Also if it is a removal: until the batch is written, the database has the value.
      segment.setFlags(slot, segment.flags(slot) | STORED);
    }
  }

  /** Forgotten by the cache; only a cut may still need what is in it. */
  void drop() {
    dropped = true;
  }

  /** Collects all that is dirty, while no cut is being written. */
  void cleanAll() {
    for (int group = 0; group < entries.groups(); group++) {
      Segment[] directory = entries.directory(group);
      for (int i = 0; i < directory.length; i += directory.length >>> directory[i].depth()) {
        Segment segment = directory[i];
        for (int slot = 0; segment.dirty() > 0 && slot < segment.slots(); slot++) {
          if (segment.isUsed(slot) && (segment.flags(slot) & Segment.DIRTY) != 0) {
            clean(group, segment, slot);
          }
        }
      }
    }
  }

  /** How many entries are dirty. */
  int dirty() {
    return dirty;
  }

  /** Bytes of a key and its value as they are stored, about. */
  int averageBytes() {
    return averageBytes;
  }

  /** Marks a found entry, which was changed, as newer than the database. */
  void markDirty(Segment segment, int slot) {
    long flags = segment.flags(slot);
    segment.setFlags(slot, epoch.changed(flags) & ~DELETED);
    if ((flags & Segment.DIRTY) == 0) {
      dirtied();
    }
  }

  private void dirtied() {
    dirty++;
    cache.dirtied();
  }

  /** Marks a found entry that is about to be written. */
  void markOpened(Segment segment, int slot) {
    if ((segment.flags(slot) & Segment.DIRTY) == 0) {
      cache.dirtiedNext();
      dirty++;
    }
    segment.setFlags(slot, epoch.changed(segment.flags(slot)));
  }

  /**
   * Removes the value of an entry that has one.
   *
   * @return whether entries may have moved
   */
  boolean delete(int group, Segment segment, int slot) {
    beforeChange(group, segment, slot);
    live--;
    long flags = segment.flags(slot);
    boolean wasDirty = (flags & Segment.DIRTY) != 0;
    if ((flags & STORED) == 0 && walks == 0) {
      if (wasDirty) {
        cleaned(flags);
      }
      entries.removeExpired(segment, slot);
      return true;
    }
    if (layout.objectValues()) {
      segment.setValue(slot, null);
    }
    if ((flags & STORED) != 0) {
      segment.setFlags(slot, epoch.changed(flags) | DELETED);
      if (!wasDirty) {
        dirtied();
      }
    } else {
      segment.setFlags(slot, (flags | DELETED) & ~Segment.DIRTY);
      if (wasDirty) {
        cleaned(flags);
      }
    }
    return false;
  }

  /** While there are walks, no entry is moved in its segment. */
  void beginWalk() {
    walks++;
  }

  void endWalk() {
    walks--;
  }
}

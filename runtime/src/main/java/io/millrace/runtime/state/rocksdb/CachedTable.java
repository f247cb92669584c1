package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.FlatLayout;
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
  private final TableStore<V> store;
  private final ObjectCache cache;
  private final CutEpoch epoch;
  private final SegmentHand evictionHand;
  private final SegmentHand cleaningHand;
  private long live;
  private int dirty;
  private int leftOfCut;
  private boolean dropped;
  private boolean complete = true;

  CachedTable(StoreKeys keys, StoredForm<V> form, boolean timed, int groupBits, ObjectCache cache) {
    int valueWords = form.flat().map(FlatLayout::words).orElse(0);
    this.layout = SegmentLayout.ofCache(cache.key().codec(), groupBits, valueWords, timed);
    this.entries = new StateTable<>(layout, form.flat(), new CutClock(), cache.groups());
    this.store = new TableStore<>(keys, form.serializer(), timed, entries, cache);
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

  /** What the database has of it. */
  TableStore<V> store() {
    return store;
  }

  ObjectCache cache() {
    return cache;
  }

  /** How many keys have a value, in the cache or in the database. */
  long size() {
    return live;
  }

  /** Whether the heap has all entries. */
  boolean isComplete() {
    return complete;
  }

  /**
   * The database has entries of it already.
   *
   * @param keys how many
   */
  void adopt(long keys) {
    live = keys;
    complete = false;
    store.adopt();
  }

  void countLive(int change) {
    live += change;
  }

  /** Estimated; pages are about half full. */
  long bytesPerEntry() {
    int words = 2 * Long.BYTES * layout.stride() + 2;
    int objects = (layout.objectValues() ? 1 : 0) + (layout.longKeys() ? 0 : 1);
    return words + (objects == 0 ? 0 : 16 + OBJECT_BYTES * objects + 2L * store.averageBytes());
  }

  long bytes() {
    return entries.size() * bytesPerEntry();
  }

  // ---- keeping the cache small and clean

  /** Adds an entry to what is written next. */
  private void collect(int group, Segment segment, int slot) {
    if ((segment.flags(slot) & DELETED) != 0) {
      store.delete(group, segment, slot);
    } else {
      store.put(group, segment, slot);
    }
  }

  /**
   * Removes up to {@code max} entries that were not used since it last came by, and collects what
   * of them is dirty; if it has looked at too many, also what was used. What is newer than a cut
   * that is being written stays.
   *
   * @return how many were removed
   */
  int evict(int max, Share share) {
    int removed = 0;
    // A second round finds what the first has seen to be used.
    for (int left = 2 * segments() + 1; left > 0 && removed < max && !share.isSpent(); left--) {
      removed += evictFromSegment(max - removed, share);
    }
    return removed;
  }

  private int evictFromSegment(int max, Share share) {
    Segment segment = evictionHand.segment();
    int group = evictionHand.group();
    if (segment.size() == 0) {
      evictionHand.next();
      return 0;
    }
    if (entries.clock().isHeld()) {
      segment = entries.writable(group, evictionHand.anyHash(), segment);
    }
    long spared = share.isImpatient() ? 0 : REFERENCED;
    int removed = 0;
    int from = evictionHand.slot();
    int slot = from;
    while (slot < segment.slots() && removed < max && share.entries() > 0) {
      if (!segment.isUsed(slot)) {
        slot++;
        continue;
      }
      long flags = segment.flags(slot);
      if ((flags & spared) != 0) {
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
      share.tookEntry();
      removed++;
    }
    share.looked(slot - from + 1);
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
   * Collects a share of the dirty entries, while a cut is being written only of those of it; none
   * moves.
   */
  void clean(Share share) {
    for (int left = segments() + 1; left > 0 && dirty > 0 && !share.isSpent(); left--) {
      cleanSegment(share);
    }
  }

  private void cleanSegment(Share share) {
    Segment segment = cleaningHand.segment();
    int from = cleaningHand.slot();
    int slot = from;
    while (segment.dirty() > 0 && slot < segment.slots() && share.entries() > 0) {
      if (segment.isUsed(slot) && epoch.mayBeWritten(segment.flags(slot))) {
        clean(cleaningHand.group(), segment, slot);
        share.tookEntry();
      }
      slot++;
    }
    share.looked(slot - from + 1);
    cleaningHand.at(slot);
    if (share.entries() > 0) {
      cleaningHand.next();
    }
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

  /** How many entries are dirty. */
  int dirty() {
    return dirty;
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
    if ((flags & STORED) == 0 && !entries.clock().isHeld()) {
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

  /** Begins a walk over the keys that the cache has now. */
  CachedKeys walk() {
    return new CachedKeys(entries, cache.key());
  }
}

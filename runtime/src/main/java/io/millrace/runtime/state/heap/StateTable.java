package io.millrace.runtime.state.heap;

import io.millrace.core.types.RowLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * The entries of one state: for each key group an extendible hash table, that is a directory of
 * {@link Segment}s by the leading bits of the hash. Growth replaces one segment at a time.
 * Directories are never changed but replaced, so a cut is a copy of the array of directories. Owned
 * by the task thread.
 *
 * @param <V> what is stored
 */
public final class StateTable<V> {
  private final SegmentLayout layout;
  private final Optional<? extends RowLayout<V>> row;
  // Null if values are objects.
  private final RowLayout<V> parts;
  private final CutClock clock;
  private final Segment[][] directories;
  // The words of the segments, in the same places: see Segment.
  private final long[][][] words;
  private long size;

  public StateTable(
      SegmentLayout layout, Optional<? extends RowLayout<V>> row, CutClock clock, int groups) {
    this.layout = layout;
    this.row = row;
    this.parts = row.orElse(null);
    this.clock = clock;
    this.directories = new Segment[groups][];
    // One slot that is always free; grown on the first insertion, never written.
    Segment[] empty = {new Segment(layout, 1, 0, Long.MIN_VALUE)};
    Arrays.fill(directories, empty);
    this.words = new long[groups][][];
    Arrays.fill(words, wordsOf(empty));
  }

  public SegmentLayout layout() {
    return layout;
  }

  /** How values are taken apart; empty if they are objects. */
  Optional<? extends RowLayout<V>> row() {
    return row;
  }

  /** What {@link Segment#findValue} needs to know. */
  public int shift() {
    return layout.groupBits();
  }

  public int stride() {
    return layout.stride();
  }

  public CutClock clock() {
    return clock;
  }

  public long size() {
    return size;
  }

  public int groups() {
    return directories.length;
  }

  public Segment[] directory(int group) {
    return directories[group];
  }

  /** What a cut needs to see this table as it is now. */
  public Segment[][] capture() {
    return directories.clone();
  }

  /** The segment that holds a hash's entry if there is one. */
  public Segment segment(int group, int hash) {
    Segment[] directory = directories[group];
    return directory[index(directory.length, hash)];
  }

  /** The words of that segment. */
  public long[] words(int group, int hash) {
    long[][] directory = words[group];
    return directory[index(directory.length, hash)];
  }

  private static int index(int length, int hash) {
    // The leading log2(length) bits; in two shifts, as a shift by 32 is none.
    return (hash >>> 1) >>> Integer.numberOfLeadingZeros(length);
  }

  @SuppressWarnings("unchecked")
  public V load(Segment segment, int slot) {
    return parts != null
        ? parts.load(
            segment.words(), segment.valueIndex(slot), segment.values(), slot * layout.references())
        : (V) segment.value(slot);
  }

  public void store(Segment segment, int slot, V value) {
    if (parts != null) {
      parts.store(
          value,
          segment.words(),
          segment.valueIndex(slot),
          segment.values(),
          slot * layout.references());
    } else {
      segment.setValue(slot, value);
    }
  }

  /** The segment itself, or a copy in its place if a cut needs it as it is. */
  Segment writable(int group, int hash, Segment segment) {
    if (!clock.isFrozen(segment.stamp())) {
      return segment;
    }
    clock.thaw();
    if (!clock.isFrozen(segment.stamp())) {
      return segment;
    }
    return copyOf(group, hash, segment);
  }

  /** A copy of the segment in its place. */
  public Segment copyOf(int group, int hash, Segment segment) {
    Segment copy = segment.copy(clock.version());
    replace(group, hash, copy);
    return copy;
  }

  /** A segment for the hash that may be written and has room for one more entry. */
  public Segment withRoom(int group, int hash, Segment segment) {
    Segment current = segment;
    while (current.isFull()) {
      int slots = current.slots();
      if (slots < layout.maxSlots() || current.depth() >= layout.maxDepth()) {
        Segment grown =
            new Segment(
                layout, Math.max(layout.minSlots(), slots * 2), current.depth(), clock.version());
        for (int slot = 0; slot < slots; slot++) {
          if (current.isUsed(slot)) {
            grown.take(current, slot);
          }
        }
        replace(group, hash, grown);
        current = grown;
      } else {
        current = split(group, hash, current);
      }
    }
    return writable(group, hash, current);
  }

  private Segment split(int group, int hash, Segment segment) {
    int depth = segment.depth() + 1;
    Segment zero = new Segment(layout, segment.slots(), depth, clock.version());
    Segment one = new Segment(layout, segment.slots(), depth, clock.version());
    for (int slot = 0; slot < segment.slots(); slot++) {
      if (segment.isUsed(slot)) {
        boolean bit = segment.hash(slot) << (depth - 1) < 0;
        (bit ? one : zero).take(segment, slot);
      }
    }
    int bits = hash >>> 1 >>> (31 - depth);
    put(group, bits & ~1, zero);
    put(group, bits | 1, one);
    return (bits & 1) == 0 ? zero : one;
  }

  private void replace(int group, int hash, Segment segment) {
    put(group, hash >>> 1 >>> (31 - segment.depth()), segment);
  }

  /** Puts a segment where its leading bits say, growing the directory if they are more. */
  private void put(int group, int leadingBits, Segment segment) {
    Segment[] old = directories[group];
    int length = Math.max(old.length, 1 << segment.depth());
    Segment[] directory = new Segment[length];
    int each = length / old.length;
    for (int i = 0; i < length; i++) {
      directory[i] = old[i / each];
    }
    int span = length >>> segment.depth();
    Arrays.fill(directory, leadingBits * span, (leadingBits + 1) * span, segment);
    directories[group] = directory;
    clock.pageMade();
    words[group] = wordsOf(directory);
  }

  private static long[][] wordsOf(Segment[] directory) {
    long[][] all = new long[directory.length][];
    for (int i = 0; i < all.length; i++) {
      all[i] = directory[i].words();
    }
    return all;
  }

  /** Removes an entry of a segment that isn't frozen; cursors must look their entries up again. */
  public void removeExpired(Segment segment, int slot) {
    segment.remove(slot);
    size--;
  }

  public void countInserted() {
    size++;
  }

  public void countRemoved() {
    size--;
  }
}

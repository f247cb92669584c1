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
  /** Fewer entries are in the processor's own cache anyway, or nearly so. */
  private static final int FAR_FROM = 1 << 16;

  /**
   * Segments are not split beyond so many places: the deepest group sets the depth of all, and keys
   * of equal hashes would take it as deep as it goes. Enough for some 2 billion entries.
   */
  private static final int MOST_PLACES = 1 << 20;

  private final SegmentLayout layout;
  private final Optional<? extends RowLayout<V>> row;
  // Null if values are objects.
  private final RowLayout<V> parts;
  private final CutClock clock;
  private final Segment[][] directories;
  // All directories in one, each as if it had as many bits as the longest: a look-up has one
  // dependent load less then, and no length to find out. Beside it the words of the segments in the
  // same places (see Segment).
  private int depth;
  private Segment[] segments;
  private long[][] words;
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
    this.segments = new Segment[groups];
    Arrays.fill(segments, empty[0]);
    this.words = new long[groups][];
    Arrays.fill(words, empty[0].words());
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

  /** Where a directory of a capture has the segment that holds a hash's entry if there is one. */
  public static int placeIn(Segment[] directory, int hash) {
    return hash >>> 1 >>> (31 - Integer.numberOfTrailingZeros(directory.length));
  }

  /** The segment that holds a hash's entry if there is one. */
  public Segment segment(int group, int hash) {
    return segments[place(group, hash)];
  }

  /** The words of that segment. */
  public long[] words(int group, int hash) {
    return words[place(group, hash)];
  }

  /** Where that segment is, until the next insertion. */
  public int place(int group, int hash) {
    // The leading bits; in two shifts, as a shift by 32 is none.
    return group << depth | hash >>> 1 >>> (31 - depth);
  }

  /** The words of the segment at a place. */
  public long[] wordsAt(int place) {
    return words[place];
  }

  /**
   * Whether there are so many entries that it pays to fetch them ahead. Of object keys it never
   * does: there are two more steps to the key's content, and to take them twice costs what it
   * saves.
   */
  public boolean isFar() {
    return size >= FAR_FROM && layout.longKeys();
  }

  /** Touches what look-ups of these hashes will touch: the loads don't wait for one another. */
  long fetch(CurrentKey key, int[] hashes, int from, int to) {
    int shift = shift();
    int stride = stride();
    long seen = 0;
    for (int i = from; i < to; i++) {
      int hash = hashes[i];
      seen += Segment.wordAtHome(words(key.groupOf(hash), hash), hash, shift, stride);
    }
    return seen;
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
  public Segment writable(int group, int hash, Segment segment) {
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
      if (slots < layout.maxSlots() || !maySplit(current.depth())) {
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

  private boolean maySplit(int segmentDepth) {
    return segmentDepth < layout.maxDepth()
        && (long) directories.length << (segmentDepth + 1) <= MOST_PLACES;
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
    if (segment.depth() > depth) {
      deepen(segment.depth());
    } else {
      int copies = 1 << (depth - segment.depth());
      int first = (group << depth) + leadingBits * copies;
      Arrays.fill(segments, first, first + copies, segment);
      Arrays.fill(words, first, first + copies, segment.words());
    }
  }

  private void deepen(int newDepth) {
    depth = newDepth;
    int places = 1 << newDepth;
    segments = new Segment[directories.length * places];
    words = new long[segments.length][];
    for (int i = 0; i < segments.length; i++) {
      Segment[] directory = directories[i / places];
      segments[i] = directory[i % places / (places / directory.length)];
      words[i] = segments[i].words();
    }
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

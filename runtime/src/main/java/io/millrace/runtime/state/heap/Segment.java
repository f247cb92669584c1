package io.millrace.runtime.state.heap;

import io.millrace.core.types.KeyCodec;
import java.util.Arrays;

/**
 * An open-addressing table with linear probing: a page of a {@link StateTable}, and what is copied
 * on the first write after a cut. Deletion shifts back, so there are no tombstones. Slots and
 * positions are only valid until the next change.
 */
public final class Segment {
  /** The flag of an entry that is newer than what a cache's store has. */
  public static final long DIRTY = 1;

  private static final Object[] NONE = {};
  private static final int SPARSE_SLOTS = 128;
  // The words begin with these two, so that a look-up of a long key needs no more than the array:
  // the segment itself would be another cache line and, among many pages, another TLB entry.
  private static final int STAMP = 0;
  private static final int MASK = 1;
  private static final int FIRST_ENTRY = 2;

  /** Beside the mask: key 0, whose word is that of a free slot, may be here. */
  private static final long MAY_HOLD_ZERO = Long.MIN_VALUE;

  /** {@link #findSlot} can't tell. */
  static final int UNKNOWN = Integer.MIN_VALUE;

  private final SegmentLayout layout;
  private final int stride;
  private final int references;
  private final int shift;
  private final int mask;
  private final int depth;
  private final long stamp;
  private final long[] words;
  private final byte[] marks;
  private final Object[] keys;
  private final Object[] values;
  private int size;
  private int dirty;

  /**
   * @param slots a power of two
   * @param depth how many leading hash bits all keys of this segment share
   */
  Segment(SegmentLayout layout, int slots, int depth, long stamp) {
    this(
        layout,
        depth,
        stamp,
        new long[FIRST_ENTRY + slots * layout.stride()],
        new byte[slots],
        layout.longKeys() ? NONE : new Object[slots],
        layout.objectValues() ? new Object[slots * layout.references()] : NONE);
  }

  private Segment(
      SegmentLayout layout,
      int depth,
      long stamp,
      long[] words,
      byte[] marks,
      Object[] keys,
      Object[] values) {
    this.layout = layout;
    this.stride = layout.stride();
    this.references = layout.references();
    this.shift = layout.groupBits();
    this.mask = marks.length - 1;
    this.depth = depth;
    this.stamp = stamp;
    this.words = words;
    words[STAMP] = stamp;
    words[MASK] = (words[MASK] & MAY_HOLD_ZERO) | mask;
    this.marks = marks;
    this.keys = keys;
    this.values = values;
  }

  /** The same entries, to be written after a cut. */
  Segment copy(long newStamp) {
    Segment copy =
        new Segment(
            layout,
            depth,
            newStamp,
            words.clone(),
            marks.clone(),
            keys.length == 0 ? NONE : keys.clone(),
            values.length == 0 ? NONE : values.clone());
    copy.size = size;
    copy.dirty = dirty;
    return copy;
  }

  /**
   * The slot of a key, or the complement of the slot where it would go. A word that is not zero
   * needs no look at the marks, so that a hit touches one cache line.
   */
  public int find(long key, int hash) {
    int slot = (hash >>> shift) & mask;
    long[] words = this.words;
    while (true) {
      long found = words[at(slot)];
      if (found == key) {
        return key != 0 || marks[slot] != 0 ? slot : ~slot;
      }
      if (found == 0 && marks[slot] == 0) {
        return ~slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /**
   * Where a key's value begins in the words of a segment; -1 if the key isn't there, or can't be
   * told from a free slot without the segment.
   */
  public static int findValue(long[] words, long key, int hash, int shift, int stride) {
    int mask = (int) words[MASK];
    int slot = (hash >>> shift) & mask;
    while (true) {
      int at = FIRST_ENTRY + slot * stride;
      long found = words[at];
      if (found == 0) {
        return -1;
      }
      if (found == key) {
        return at + 1;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The first word that a search for a hash looks at. */
  public static long wordAtHome(long[] words, int hash, int shift, int stride) {
    return words[FIRST_ENTRY + ((hash >>> shift) & (int) words[MASK]) * stride];
  }

  /**
   * The slot of a key in a segment of these words, or -1 if it isn't there, by the words alone;
   * {@link #UNKNOWN} where key 0 is sought or may be there.
   */
  static int findSlot(long[] words, long key, int hash, int shift, int stride) {
    long head = words[MASK];
    if (key == 0 || head < 0) {
      return UNKNOWN;
    }
    int mask = (int) head;
    int slot = (hash >>> shift) & mask;
    while (true) {
      long found = words[FIRST_ENTRY + slot * stride];
      if (found == key) {
        return slot;
      }
      if (found == 0) {
        return -1;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Where the words of a slot's flat value begin. */
  static int valueIndex(int slot, int stride) {
    return FIRST_ENTRY + slot * stride + 1;
  }

  /** The stamp of a segment of these words. */
  public static long stamp(long[] words) {
    return words[STAMP];
  }

  /** The same for object keys. */
  public int find(Object key, int hash) {
    KeyCodec<Object> codec = layout.codec();
    long wanted = hashWord(hash);
    int slot = (hash >>> shift) & mask;
    long[] words = this.words;
    while (true) {
      long found = words[at(slot)];
      if (found == 0) {
        return ~slot;
      }
      if (found == wanted && codec.sameKey(key, keys[slot])) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Takes the free slot that {@code find} gave; only if not {@link #isFull}. */
  public void occupy(int slot, long key) {
    words[at(slot)] = key;
    if (key == 0) {
      words[MASK] |= MAY_HOLD_ZERO;
    }
    marks[slot] = 1;
    size++;
  }

  public void occupy(int slot, Object key, int hash) {
    words[at(slot)] = hashWord(hash);
    keys[slot] = key;
    marks[slot] = 1;
    size++;
  }

  public void remove(int slot) {
    if (layout.flagged()) {
      setFlags(slot, 0);
    }
    int hole = slot;
    int next = (hole + 1) & mask;
    while (marks[next] != 0) {
      int home = layout.probe(hash(next)) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        move(next, hole);
        hole = next;
      }
      next = (next + 1) & mask;
    }
    marks[hole] = 0;
    Arrays.fill(words, at(hole), at(hole + 1), 0);
    if (keys.length != 0) {
      keys[hole] = null;
    }
    if (values.length != 0) {
      Arrays.fill(values, hole * references, (hole + 1) * references, null);
    }
    size--;
  }

  private void move(int from, int to) {
    System.arraycopy(words, at(from), words, at(to), stride);
    marks[to] = marks[from];
    if (keys.length != 0) {
      keys[to] = keys[from];
    }
    if (values.length != 0) {
      System.arraycopy(values, from * references, values, to * references, references);
    }
  }

  /** Copies an entry of another segment of the same layout into this one. */
  void take(Segment other, int slot) {
    int to = layout.probe(other.hash(slot)) & mask;
    while (marks[to] != 0) {
      to = (to + 1) & mask;
    }
    System.arraycopy(other.words, at(slot), words, at(to), stride);
    if (words[at(to)] == 0) {
      words[MASK] |= MAY_HOLD_ZERO;
    }
    if (layout.flagged() && (flags(to) & DIRTY) != 0) {
      dirty++;
    }
    marks[to] = other.marks[slot];
    if (keys.length != 0) {
      keys[to] = other.keys[slot];
    }
    if (values.length != 0) {
      System.arraycopy(other.values, slot * references, values, to * references, references);
    }
    size++;
  }

  /** The first word of an entry with an object key; never zero: that is a free slot. */
  private static long hashWord(int hash) {
    return 1L << Integer.SIZE | hash & 0xffffffffL;
  }

  private int at(int slot) {
    return FIRST_ENTRY + slot * stride;
  }

  public int hash(int slot) {
    return layout.hashOf(words[at(slot)]);
  }

  /** Small tables are kept sparse: they cost little, and a collision a mispredicted branch. */
  boolean isFull() {
    int slots = mask + 1;
    return size >= (slots <= SPARSE_SLOTS ? slots / 4 : slots * 5 / 8);
  }

  public int slots() {
    return mask + 1;
  }

  public int size() {
    return size;
  }

  public int depth() {
    return depth;
  }

  public boolean isUsed(int slot) {
    return marks[slot] != 0;
  }

  long stamp() {
    return stamp;
  }

  public long[] words() {
    return words;
  }

  /** Where the words of a flat value begin. */
  public int valueIndex(int slot) {
    return valueIndex(slot, stride);
  }

  /** Objects, or the references of values that are taken apart. */
  public Object[] values() {
    return values;
  }

  public long longKey(int slot) {
    return words[at(slot)];
  }

  public Object objectKey(int slot) {
    return keys[slot];
  }

  public Object value(int slot) {
    return values[slot];
  }

  public void setValue(int slot, Object value) {
    values[slot] = value;
  }

  public long time(int slot) {
    return words[at(slot) + layout.timeOffset()];
  }

  public void setTime(int slot, long time) {
    words[at(slot) + layout.timeOffset()] = time;
  }

  /** Flags of an entry of a cache; but for {@link #DIRTY} they are the cache's own. */
  public long flags(int slot) {
    return words[at(slot) + layout.flagsOffset()];
  }

  public void setFlags(int slot, long flags) {
    int index = at(slot) + layout.flagsOffset();
    dirty += (int) (flags & DIRTY) - (int) (words[index] & DIRTY);
    words[index] = flags;
  }

  /** How many entries have the flag {@link #DIRTY}. */
  public int dirty() {
    return dirty;
  }

  /** The slot of the entry whose value begins at an index of the words. */
  public int slotOf(int valueIndex) {
    return (valueIndex - 1 - FIRST_ENTRY) / stride;
  }

  long valueStamp(int slot) {
    return words[at(slot) + layout.stampOffset()];
  }

  void setValueStamp(int slot, long valueStamp) {
    words[at(slot) + layout.stampOffset()] = valueStamp;
  }
}

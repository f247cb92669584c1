package io.millrace.runtime.state.heap;

import io.millrace.core.types.KeyCodec;
import java.util.Arrays;

/**
 * An open-addressing table with linear probing: a page of a {@link StateTable}, and what is copied
 * on the first write after a cut. Deletion shifts back, so there are no tombstones. Slots and
 * positions are only valid until the next change.
 */
public final class Segment {
  private static final Object[] NONE = {};

  private final SegmentLayout layout;
  private final int stride;
  private final int mask;
  private final int depth;
  private final long stamp;
  private final long[] words;
  private final byte[] marks;
  private final Object[] keys;
  private final Object[] values;
  private int size;

  /**
   * @param slots a power of two
   * @param depth how many leading hash bits all keys of this segment share
   */
  Segment(SegmentLayout layout, int slots, int depth, long stamp) {
    this(
        layout,
        depth,
        stamp,
        new long[slots * layout.stride()],
        new byte[slots],
        layout.longKeys() ? NONE : new Object[slots],
        layout.objectValues() ? new Object[slots] : NONE);
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
    this.mask = marks.length - 1;
    this.depth = depth;
    this.stamp = stamp;
    this.words = words;
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
    return copy;
  }

  /**
   * The slot of a key, or the complement of the slot where it would go. A word that is not zero
   * needs no look at the marks, so that a hit touches one cache line.
   */
  public int find(long key, int hash) {
    int slot = layout.probe(hash) & mask;
    while (true) {
      long found = words[slot * stride];
      if (found == key) {
        return key != 0 || marks[slot] != 0 ? slot : ~slot;
      }
      if (found == 0 && marks[slot] == 0) {
        return ~slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The same for object keys. */
  public int find(Object key, int hash) {
    KeyCodec<Object> codec = layout.codec();
    byte wanted = fingerprint(hash);
    int slot = layout.probe(hash) & mask;
    while (true) {
      byte mark = marks[slot];
      if (mark == 0) {
        return ~slot;
      }
      if (mark == wanted && (int) words[slot * stride] == hash && codec.sameKey(key, keys[slot])) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Takes the free slot that {@code find} gave; only if not {@link #isFull}. */
  void occupy(int slot, long key) {
    words[slot * stride] = key;
    marks[slot] = 1;
    size++;
  }

  void occupy(int slot, Object key, int hash) {
    words[slot * stride] = hash;
    keys[slot] = key;
    marks[slot] = fingerprint(hash);
    size++;
  }

  void remove(int slot) {
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
    Arrays.fill(words, hole * stride, (hole + 1) * stride, 0);
    if (keys.length != 0) {
      keys[hole] = null;
    }
    if (values.length != 0) {
      values[hole] = null;
    }
    size--;
  }

  private void move(int from, int to) {
    System.arraycopy(words, from * stride, words, to * stride, stride);
    marks[to] = marks[from];
    if (keys.length != 0) {
      keys[to] = keys[from];
    }
    if (values.length != 0) {
      values[to] = values[from];
    }
  }

  /** Copies an entry of another segment of the same layout into this one. */
  void take(Segment other, int slot) {
    int to = layout.probe(other.hash(slot)) & mask;
    while (marks[to] != 0) {
      to = (to + 1) & mask;
    }
    System.arraycopy(other.words, slot * stride, words, to * stride, stride);
    marks[to] = other.marks[slot];
    if (keys.length != 0) {
      keys[to] = other.keys[slot];
    }
    if (values.length != 0) {
      values[to] = other.values[slot];
    }
    size++;
  }

  /** Never zero: that is a free slot. */
  private static byte fingerprint(int hash) {
    return (byte) ((hash * 0x9E3779B9) >>> 25 | 0x80);
  }

  int hash(int slot) {
    return layout.hashOf(words[slot * stride]);
  }

  boolean isFull() {
    return size >= slots() * 5 / 8;
  }

  int slots() {
    return mask + 1;
  }

  int size() {
    return size;
  }

  int depth() {
    return depth;
  }

  boolean isUsed(int slot) {
    return marks[slot] != 0;
  }

  public long stamp() {
    return stamp;
  }

  public long[] words() {
    return words;
  }

  /** Where the words of a flat value begin. */
  public int valueIndex(int slot) {
    return slot * stride + 1;
  }

  long longKey(int slot) {
    return words[slot * stride];
  }

  Object objectKey(int slot) {
    return keys[slot];
  }

  Object value(int slot) {
    return values[slot];
  }

  void setValue(int slot, Object value) {
    values[slot] = value;
  }

  long time(int slot) {
    return words[slot * stride + layout.timeOffset()];
  }

  void setTime(int slot, long time) {
    words[slot * stride + layout.timeOffset()] = time;
  }

  long valueStamp(int slot) {
    return words[slot * stride + layout.stampOffset()];
  }

  void setValueStamp(int slot, long valueStamp) {
    words[slot * stride + layout.stampOffset()] = valueStamp;
  }
}

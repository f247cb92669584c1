package io.millrace.runtime.state.heap;

import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.RowLayout;

/**
 * How an entry lies in a segment: the key (or an object key's hash), then the words of a flat
 * value, the time of the last update, the stamp of the cut the value was last stored after, and the
 * flags of a cache's entry, each if wanted. Interleaved, so that an update touches one cache line.
 */
public final class SegmentLayout {
  /** No array of a segment is longer, so growth goes by steps and none is humongous. */
  static final int MAX_PAGE_BYTES = 64 * 1024;

  private static final int MIN_SLOTS = 8;

  private final KeyCodec<Object> codec;
  private final boolean longKeys;
  private final int groupBits;
  private final int references;
  private final int timeOffset;
  private final int stampOffset;
  private final int flagsOffset;
  private final int stride;
  private final int maxSlots;
  private final int maxDepth;

  /**
   * @param groupBits the hash bits that are the key group, the same for all keys of a table
   * @param valueWords words of a flat value, or 0 if values are objects
   */
  SegmentLayout(
      KeyCodec<Object> codec, int groupBits, int valueWords, boolean timed, boolean stamped) {
    this(codec, groupBits, valueWords, valueWords == 0 ? 1 : 0, timed, stamped, false);
  }

  /** The layout of values that are taken apart, and never changed in place. */
  static SegmentLayout ofRows(
      KeyCodec<Object> codec, int groupBits, RowLayout<?> row, boolean timed) {
    return new SegmentLayout(codec, groupBits, row.words(), row.references(), timed, false, false);
  }

  /** The layout of a cache, whose entries have flags: see {@link Segment#flags}. */
  public static SegmentLayout ofCache(
      KeyCodec<Object> codec, int groupBits, int valueWords, boolean timed) {
    return new SegmentLayout(
        codec, groupBits, valueWords, valueWords == 0 ? 1 : 0, timed, false, true);
  }

  private SegmentLayout(
      KeyCodec<Object> codec,
      int groupBits,
      int valueWords,
      int references,
      boolean timed,
      boolean stamped,
      boolean flagged) {
    this.codec = codec;
    this.longKeys = codec.isLong();
    this.groupBits = groupBits;
    this.references = references;
    int next = 1 + valueWords;
    this.timeOffset = timed ? next++ : 0;
    this.stampOffset = stamped ? next++ : 0;
    this.flagsOffset = flagged ? next++ : 0;
    this.stride = next;
    this.maxSlots =
        Math.max(
            MIN_SLOTS,
            Integer.highestOneBit(MAX_PAGE_BYTES / (Long.BYTES * Math.max(stride, references))));
    this.maxDepth = Math.min(14, Integer.SIZE - groupBits);
  }

  public KeyCodec<Object> codec() {
    return codec;
  }

  public boolean longKeys() {
    return longKeys;
  }

  public boolean objectValues() {
    return references > 0;
  }

  /** How many references a value has: of an object one. */
  public int references() {
    return references;
  }

  boolean timed() {
    return timeOffset != 0;
  }

  boolean stamped() {
    return stampOffset != 0;
  }

  int timeOffset() {
    return timeOffset;
  }

  int stampOffset() {
    return stampOffset;
  }

  int groupBits() {
    return groupBits;
  }

  public boolean flagged() {
    return flagsOffset != 0;
  }

  /** Where the flags of an entry are, from its beginning. */
  public int flagsOffset() {
    return flagsOffset;
  }

  public int stride() {
    return stride;
  }

  int minSlots() {
    return MIN_SLOTS;
  }

  int maxSlots() {
    return maxSlots;
  }

  /** How often a segment may be split; beyond it segments grow instead: keys of equal hashes. */
  int maxDepth() {
    return maxDepth;
  }

  /** Where the search for a hash begins, before the mask. */
  int probe(int hash) {
    return hash >>> groupBits;
  }

  int hashOf(long firstWord) {
    return longKeys ? KeyHash.ofLong(firstWord) : (int) firstWord;
  }
}

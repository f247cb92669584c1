package io.millrace.runtime.state.heap;

import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;

/**
 * How an entry lies in a segment: the key (or an object key's hash), then the words of a flat
 * value, the time of the last update, and the stamp of the cut the value was last stored after,
 * each if wanted. Interleaved, so that an update touches one cache line.
 */
public final class SegmentLayout {
  /** No array of a segment is longer, so growth goes by steps and none is humongous. */
  static final int MAX_PAGE_BYTES = 64 * 1024;

  private static final int MIN_SLOTS = 8;

  private final KeyCodec<Object> codec;
  private final boolean longKeys;
  private final int groupBits;
  private final boolean objectValues;
  private final int timeOffset;
  private final int stampOffset;
  private final int stride;
  private final int maxSlots;
  private final int maxDepth;

  /**
   * @param groupBits the hash bits that are the key group, the same for all keys of a table
   * @param valueWords words of a flat value, or 0 if values are objects
   */
  SegmentLayout(
      KeyCodec<Object> codec, int groupBits, int valueWords, boolean timed, boolean stamped) {
    this.codec = codec;
    this.longKeys = codec.isLong();
    this.groupBits = groupBits;
    this.objectValues = valueWords == 0;
    int next = 1 + valueWords;
    this.timeOffset = timed ? next++ : 0;
    this.stampOffset = stamped ? next++ : 0;
    this.stride = next;
    this.maxSlots =
        Math.max(MIN_SLOTS, Integer.highestOneBit(MAX_PAGE_BYTES / (Long.BYTES * stride)));
    this.maxDepth = Math.min(14, Integer.SIZE - groupBits);
  }

  KeyCodec<Object> codec() {
    return codec;
  }

  boolean longKeys() {
    return longKeys;
  }

  boolean objectValues() {
    return objectValues;
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

  int stride() {
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

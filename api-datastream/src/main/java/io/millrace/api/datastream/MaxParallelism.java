package io.millrace.api.datastream;

import io.millrace.runtime.state.KeyGroups;

/** Checks numbers of key groups. */
final class MaxParallelism {
  private MaxParallelism() {}

  static int checked(String who, int wanted) {
    if (wanted < 1 || wanted > KeyGroups.MAX_GROUPS || Integer.bitCount(wanted) != 1) {
      int next = wanted < 1 ? 1 : Integer.highestOneBit(Math.max(1, wanted - 1)) << 1;
      throw new IllegalArgumentException(
          who
              + ": the maximum parallelism is the number of key groups, a power of two up to "
              + KeyGroups.MAX_GROUPS
              + ", not "
              + wanted
              + "; take "
              + Math.min(KeyGroups.MAX_GROUPS, next));
    }
    return wanted;
  }
}

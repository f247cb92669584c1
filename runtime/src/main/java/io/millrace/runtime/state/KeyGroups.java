package io.millrace.runtime.state;

/**
 * How hashes map to key groups and key groups to subtasks: the one definition (invariants KG1,
 * KG3).
 */
public final class KeyGroups {
  public static final int MIN_GROUPS = 128;
  public static final int MAX_GROUPS = 32_768;

  private KeyGroups() {}

  /**
   * The default number of groups: max(128, next power of two at or above 4 x parallelism), at most
   * 32,768.
   */
  public static int defaultFor(int parallelism) {
    int wanted = Integer.highestOneBit(Math.max(1, 4 * parallelism - 1)) << 1;
    return Math.min(MAX_GROUPS, Math.max(MIN_GROUPS, wanted));
  }

  /**
   * @param groups a power of two
   */
  public static int groupOf(int hash, int groups) {
    return hash & (groups - 1);
  }

  /** Subtask i owns {@code [ceil(i*G/p), ceil((i+1)*G/p))}. */
  public static KeyGroupRange rangeOf(int subtask, int parallelism, int groups) {
    long first = ceilDiv((long) subtask * groups, parallelism);
    long end = ceilDiv((long) (subtask + 1) * groups, parallelism);
    return new KeyGroupRange((int) first, (int) end - 1);
  }

  /** The subtask that owns a group; the inverse of {@link #rangeOf}. */
  public static int subtaskOf(int group, int parallelism, int groups) {
    return (int) ((long) group * parallelism / groups);
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }
}

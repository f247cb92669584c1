package io.millrace.benchmarks.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * What processes have used up.
 *
 * @param cpuNanos of all threads, collector and compiler included
 * @param gcMillis collections took
 * @param allocated bytes by each Java thread that is alive, by its process and id
 */
public record Usage(long cpuNanos, long gcMillis, Map<String, Long> allocated) {
  /** Nothing. */
  public static final Usage NONE = new Usage(0, 0, Map.of());

  public Usage {
    allocated = Map.copyOf(allocated);
  }

  public Usage plus(Usage other) {
    Map<String, Long> all = new HashMap<>(allocated);
    all.putAll(other.allocated);
    return new Usage(cpuNanos + other.cpuNanos, gcMillis + other.gcMillis, all);
  }

  /**
   * Bytes that were allocated since an earlier look, by the threads that are alive now: what a
   * thread allocated that has ended since is not known any more.
   */
  public long allocatedSince(Usage earlier) {
    long bytes = 0;
    for (Map.Entry<String, Long> thread : allocated.entrySet()) {
      bytes += thread.getValue() - earlier.allocated.getOrDefault(thread.getKey(), 0L);
    }
    return bytes;
  }
}

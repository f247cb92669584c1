package io.millrace.benchmarks.measure;

import java.util.Arrays;

/** Times that records took, in ascending order. */
final class Latencies {
  private final long[] nanos;

  Latencies(long[] nanos) {
    this.nanos = nanos.clone();
    Arrays.sort(this.nanos);
  }

  int count() {
    return nanos.length;
  }

  /** The least time that so many percent of the records did not exceed; microseconds. */
  double percentile(double percent) {
    if (nanos.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(percent / 100 * nanos.length);
    return nanos[Math.max(0, Math.min(nanos.length, rank) - 1)] / 1e3;
  }
}

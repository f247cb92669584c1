package io.millrace.runtime.operators.window;

/**
 * A session of one key; changed in place by its operator.
 *
 * @param <A> accumulator
 */
final class Session<A> {
  long start;
  long end;

  /** Whether it was emitted and has not grown beyond the watermark since. */
  boolean fired;

  A accumulator;

  Session(long start, long end, boolean fired, A accumulator) {
    this.start = start;
    this.end = end;
    this.fired = fired;
    this.accumulator = accumulator;
  }

  long maxTimestamp() {
    return end - 1;
  }
}

package io.millrace.runtime.operators.window;

/**
 * A session of one key; changed in place by its operator, whose copies are in packages of their
 * own: hence all is public.
 *
 * @param <A> accumulator
 */
public final class Session<A> {
  public long start;
  public long end;

  /** Whether it was emitted and has not grown beyond the watermark since. */
  public boolean fired;

  public A accumulator;

  public Session(long start, long end, boolean fired, A accumulator) {
    this.start = start;
    this.end = end;
    this.fired = fired;
    this.accumulator = accumulator;
  }

  public long maxTimestamp() {
    return end - 1;
  }
}

package io.millrace.runtime.exchange.netty;

/**
 * Sizes a channel's allowance to what its task consumes, so that what is in flight is a span of
 * time rather than a number of buffers: a slow task's barriers don't queue behind a megabyte, a
 * fast one is not held up by round trips. Grows only while the sender has a backlog (FC2). For the
 * connection's event loop.
 */
final class AllowanceSizer {
  private static final long MIN_INTERVAL_NANOS = 5_000_000;
  private static final long MAX_INTERVAL_NANOS = 1_000_000_000;
  private static final long TARGET_NANOS = 20_000_000;

  private final long min;
  private final long max;
  private boolean started;
  private long since;
  private long consumedThen;

  AllowanceSizer(long min, long max) {
    this.min = min;
    this.max = max;
  }

  /**
   * The allowance to have now, between min and max.
   *
   * @param nanos a clock that only goes forward
   * @param consumed total consumed by the task
   * @param backlog what the sender last said it has waiting
   */
  long next(long current, long nanos, long consumed, long backlog) {
    long elapsed = nanos - since;
    if (!started || elapsed > MAX_INTERVAL_NANOS) {
      // After a pause the rate says nothing about now.
      started = true;
      since = nanos;
      consumedThen = consumed;
      return current;
    }
    if (elapsed < MIN_INTERVAL_NANOS) {
      return current;
    }
    double perNano = (double) (consumed - consumedThen) / elapsed;
    since = nanos;
    consumedThen = consumed;
    long wanted = Math.max(min, Math.min(max, (long) (perNano * TARGET_NANOS)));
    if (wanted > current) {
      return backlog > 0 ? Math.min(wanted, current * 2) : current;
    }
    return wanted < current / 2 ? Math.max(wanted, current / 2) : current;
  }
}

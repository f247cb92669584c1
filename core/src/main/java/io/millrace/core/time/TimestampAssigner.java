package io.millrace.core.time;

import io.millrace.core.function.Function;

/** Gives a record its event timestamp, in milliseconds since the epoch. */
@FunctionalInterface
public interface TimestampAssigner<T> extends Function {
  /** What a record carries that has no timestamp. */
  long NO_TIMESTAMP = Long.MIN_VALUE;

  /**
   * @param recordTimestamp what the source gave, or {@link #NO_TIMESTAMP}
   */
  long extractTimestamp(T element, long recordTimestamp);
}

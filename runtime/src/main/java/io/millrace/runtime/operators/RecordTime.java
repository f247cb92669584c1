package io.millrace.runtime.operators;

import io.millrace.core.time.TimestampAssigner;

/** Timestamps as user functions see them. */
public final class RecordTime {
  private RecordTime() {}

  /** The timestamp in milliseconds, or null if the record has none, as the public contexts say. */
  public static Long orNull(long timestamp) {
    return timestamp == TimestampAssigner.NO_TIMESTAMP ? null : (Long) timestamp;
  }
}

package io.millrace.runtime.exchange;

import java.util.Arrays;

/** A batch of values, each with its timestamp: what the Java APIs exchange. */
public final class ObjectBatch extends RecordBatch {
  /** Reference values; filled up to {@link #size}. */
  public final Object[] values = new Object[CAPACITY];

  /**
   * Event timestamps in milliseconds; {@link io.millrace.core.time.TimestampAssigner#NO_TIMESTAMP}
   * for none.
   */
  public final long[] timestamps = new long[CAPACITY];

  public ObjectBatch(BatchOwner owner) {
    super(owner, new long[CAPACITY]);
  }

  @Override
  public void clear() {
    Arrays.fill(values, 0, size, null);
    size = 0;
    changes = false;
  }
}

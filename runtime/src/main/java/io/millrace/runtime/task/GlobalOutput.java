package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;

/** Everything to the first consumer; the others get events only. */
public final class GlobalOutput<T> extends ObjectOutput<T> {
  public GlobalOutput(Setup<T> setup) {
    super(setup);
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    ObjectBatch batch = filling[0];
    if (batch == null) {
      batch = beyond(0);
    }
    int n = batch.size;
    batch.values[n] = crossing(value);
    batch.timestamps[n] = timestamp;
    batch.size = n + 1;
    if (n + 1 == RecordBatch.CAPACITY) {
      full(0);
    }
  }
}

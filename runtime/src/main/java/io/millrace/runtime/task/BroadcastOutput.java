package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;

/** Every record to every consumer. */
public final class BroadcastOutput<T> extends ObjectOutput<T> {
  public BroadcastOutput(Setup<T> setup) {
    super(setup);
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    for (int channel = 0; channel < channels.length; channel++) {
      ObjectBatch batch = filling[channel];
      if (batch == null) {
        batch = beyond(channel);
      }
      int n = batch.size;
      batch.values[n] = crossing(value);
      batch.timestamps[n] = timestamp;
      batch.size = n + 1;
      if (n + 1 == RecordBatch.CAPACITY) {
        full(channel);
      }
    }
  }
}

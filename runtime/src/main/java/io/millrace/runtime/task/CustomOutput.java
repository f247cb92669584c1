package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.function.Partitioner;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;

/** Partitions by a user's partitioner. */
public final class CustomOutput<T, K> extends ObjectOutput<T> {
  private final KeySelector<T, K> selector;
  private final Partitioner<K> partitioner;

  public CustomOutput(Setup<T> setup, KeySelector<T, K> selector, Partitioner<K> partitioner) {
    super(setup);
    this.selector = selector;
    this.partitioner = partitioner;
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    K key = selector.getKey(value);
    int channel = partitioner.partition(key, channels.length);
    if (channel < 0 || channel >= channels.length) {
      throw new IllegalStateException(
          "The partitioner put key "
              + key
              + " into partition "
              + channel
              + " of "
              + channels.length);
    }
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

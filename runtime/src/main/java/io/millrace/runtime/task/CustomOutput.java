package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.function.Partitioner;
import io.millrace.core.types.RowLayout;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;

/** Partitions by a user's partitioner. */
public final class CustomOutput<T, K> extends ObjectOutput<T> {
  /** Null if values cross as objects. */
  private final RowLayout<T> layout;

  private final int words;
  private final int references;
  private final KeySelector<T, K> selector;
  private final Partitioner<K> partitioner;

  public CustomOutput(Setup<T> setup, KeySelector<T, K> selector, Partitioner<K> partitioner) {
    super(setup);
    this.layout = ObjectLayout.rows(setup.type()).orElse(null);
    this.words = layout == null ? 0 : layout.words();
    this.references = layout == null ? 0 : layout.references();
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
    if (layout == null) {
      batch.values[n] = crossing(value);
    } else {
      layout.store(present(value), batch.rows, n * words, batch.values, n * references);
    }
    batch.stamp(n, timestamp);
    batch.size = n + 1;
    if (n + 1 == batch.capacity) {
      full(channel);
    }
  }
}

package io.millrace.runtime.task;

import io.millrace.core.types.RowLayout;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;

/** Every record to every consumer. */
public final class BroadcastOutput<T> extends ObjectOutput<T> {
  /** Null if values cross as objects. */
  private final RowLayout<T> layout;

  private final int words;
  private final int references;

  public BroadcastOutput(Setup<T> setup) {
    super(setup);
    this.layout = ObjectLayout.rows(setup.type()).orElse(null);
    this.words = layout == null ? 0 : layout.words();
    this.references = layout == null ? 0 : layout.references();
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    for (int channel = 0; channel < channels.length; channel++) {
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
}

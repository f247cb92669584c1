package io.millrace.runtime.task;

import io.millrace.core.types.RowLayout;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;

/**
 * Spreads records evenly over the connected consumers (rebalance, rescale), or hands all to the
 * only one (forward).
 */
public final class RoundRobinOutput<T> extends ObjectOutput<T> {
  /** Null if values cross as objects. */
  private final RowLayout<T> layout;

  private final int words;
  private final int references;
  private int next;

  /**
   * @param first where to begin, different for each producer so that few records do not all go to
   *     consumer 0
   */
  public RoundRobinOutput(Setup<T> setup, int first) {
    super(setup);
    this.layout = ObjectLayout.rows(setup.type()).orElse(null);
    this.words = layout == null ? 0 : layout.words();
    this.references = layout == null ? 0 : layout.references();
    this.next = first % channels.length;
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    int channel = next;
    next = channel + 1 == channels.length ? 0 : channel + 1;
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

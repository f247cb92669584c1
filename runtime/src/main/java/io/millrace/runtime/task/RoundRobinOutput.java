package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Spreads records evenly over the connected consumers (rebalance, rescale), or hands all to the
 * only one (forward).
 */
public final class RoundRobinOutput<T> extends ObjectOutput<T> {
  private int next;

  /**
   * @param first where to begin, different for each producer so that few records do not all go to
   *     consumer 0
   */
  public RoundRobinOutput(Setup<T> setup, int first) {
    super(setup);
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
    batch.values[n] = crossing(value);
    batch.timestamps[n] = timestamp;
    batch.size = n + 1;
    if (n + 1 == RecordBatch.CAPACITY) {
      full(channel);
    }
  }
}

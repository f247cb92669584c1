package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;

/**
 * Records with a key that is not an integer: it is selected again here, its hash came with the
 * record.
 */
public final class ObjectKeyLoop<T, K> implements BatchLoop {
  private final Receiver<T> head;
  private final OutputRoom room;
  private final KeyedStateBackend<K> state;
  private final KeySelector<T, K> selector;

  public ObjectKeyLoop(
      Receiver<T> head, OutputRoom room, KeyedStateBackend<K> state, KeySelector<T, K> selector) {
    this.head = head;
    this.room = room;
    this.state = state;
    this.selector = selector;
  }

  @Override
  @SuppressWarnings("unchecked") // the edge's type
  public int run(RecordBatch received, int from) throws Exception {
    ObjectBatch batch = (ObjectBatch) received;
    int size = batch.size;
    int i = from;
    while (i < size && room.isOpen()) {
      T value = (T) batch.values[i];
      state.setCurrentKey(selector.getKey(value), batch.hashes[i]);
      head.process(value, batch.timestamps[i]);
      i++;
    }
    return i;
  }
}

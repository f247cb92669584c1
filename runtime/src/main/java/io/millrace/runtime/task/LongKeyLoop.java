package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;

/** Records with an integer key. */
public final class LongKeyLoop<T> implements BatchLoop {
  private final Receiver<T> head;
  private final OutputRoom room;
  private final KeyedStateBackend<?> state;

  public LongKeyLoop(Receiver<T> head, OutputRoom room, KeyedStateBackend<?> state) {
    this.head = head;
    this.room = room;
    this.state = state;
  }

  @Override
  @SuppressWarnings("unchecked") // the edge's type
  public int run(RecordBatch received, int from) throws Exception {
    ObjectBatch batch = (ObjectBatch) received;
    int size = batch.size;
    int i = from;
    while (i < size && room.isOpen()) {
      state.setCurrentLongKey(batch.keys[i], batch.hashes[i]);
      head.process((T) batch.values[i], batch.timestamps[i]);
      i++;
    }
    return i;
  }
}

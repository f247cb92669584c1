package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;

/** Records without a key. */
public final class PlainLoop<T> implements BatchLoop {
  private final Receiver<T> head;
  private final OutputRoom room;

  public PlainLoop(Receiver<T> head, OutputRoom room) {
    this.head = head;
    this.room = room;
  }

  @Override
  @SuppressWarnings("unchecked") // the edge's type
  public int run(RecordBatch received, int from) throws Exception {
    ObjectBatch batch = (ObjectBatch) received;
    int size = batch.size;
    int i = from;
    while (i < size && room.isOpen()) {
      head.process((T) batch.values[i], batch.timestamps[i]);
      i++;
    }
    return i;
  }
}

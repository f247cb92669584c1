package io.millrace.runtime.task;

import io.millrace.core.types.RowLayout;
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
  public int run(RecordBatch received, int from) throws Exception {
    ObjectBatch batch = (ObjectBatch) received;
    return batch.layout == null ? runObjects(batch, from) : runRows(batch, from);
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runRows(ObjectBatch batch, int from) throws Exception {
    RowLayout<Object> layout = batch.layout;
    int words = layout.words();
    int references = layout.references();
    int size = batch.size;
    int i = from;
    while (i < size && room.isOpen()) {
      head.process(
          (T) layout.load(batch.rows, i * words, batch.values, i * references), batch.timestamp(i));
      i++;
    }
    return i;
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runObjects(ObjectBatch batch, int from) throws Exception {
    int size = batch.size;
    int i = from;
    while (i < size && room.isOpen()) {
      head.process((T) batch.values[i], batch.timestamp(i));
      i++;
    }
    return i;
  }
}

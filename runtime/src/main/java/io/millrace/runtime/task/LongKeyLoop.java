package io.millrace.runtime.task;

import io.millrace.core.types.FlatLayout;
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
  public int run(RecordBatch batch, int from) throws Exception {
    return batch.layout == null ? runObjects(batch, from) : runRows(batch, from);
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runRows(RecordBatch batch, int from) throws Exception {
    FlatLayout<Object> layout = batch.layout;
    int words = layout.words();
    int size = batch.size;
    int i = from;
    while (i < size && room.isOpen()) {
      state.setCurrentLongKey(batch.keys[i], batch.hashes[i]);
      head.process((T) layout.load(batch.rows, i * words), batch.timestamps[i]);
      i++;
    }
    return i;
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runObjects(RecordBatch batch, int from) throws Exception {
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

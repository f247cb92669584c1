package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.RowLayout;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NextKeys;

/**
 * Records with a key that is not an integer: it is selected again here, its hash came with the
 * record unless that is words alone.
 */
public final class ObjectKeyLoop<T, K> implements BatchLoop {
  private final Receiver<T> head;
  private final OutputRoom room;
  private final KeyedStateBackend<K> state;
  private final KeySelector<T, K> selector;
  private final KeyCodec<K> codec;
  private NextKeys next = NextKeys.none();

  public ObjectKeyLoop(
      Receiver<T> head,
      OutputRoom room,
      KeyedStateBackend<K> state,
      KeySelector<T, K> selector,
      KeyCodec<K> codec) {
    this.codec = codec;
    this.head = head;
    this.room = room;
    this.state = state;
    this.selector = selector;
  }

  @Override
  public int run(RecordBatch received, int from) throws Exception {
    ObjectBatch batch = (ObjectBatch) received;
    if (from == 0 && state.wantsNextKeys(batch.size)) {
      readAhead(batch);
    }
    return batch.layout == null ? runObjects(batch, from) : runRows(batch, from);
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runRows(ObjectBatch batch, int from) throws Exception {
    RowLayout<Object> layout = batch.layout;
    int words = layout.words();
    int references = layout.references();
    int size = batch.size;
    if (from == 0) {
      batch.touch();
    }
    int i = from;
    while (i < size && room.isOpen()) {
      T value = (T) layout.load(batch.rows, i * words, batch.values, i * references);
      K key = selector.getKey(value);
      state.setCurrentKey(key, batch.keyed ? batch.hashes[i] : codec.hash(key));
      head.process(value, batch.timestamp(i));
      i++;
    }
    return i;
  }

  /** Has the state read what it will be asked for, together. */
  @SuppressWarnings("unchecked") // the edge's type
  private void readAhead(ObjectBatch batch) throws Exception {
    int size = batch.size;
    if (next.most() < size) {
      next = NextKeys.ofObjects(RecordBatch.CAPACITY);
    }
    for (int i = 0; i < size; i++) {
      K key = selector.getKey((T) batch.value(i));
      next.objects[i] = key;
      next.hashes[i] = batch.keyed ? batch.hashes[i] : codec.hash(key);
    }
    next.count = size;
    state.readAhead(next);
    next.clear();
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runObjects(ObjectBatch batch, int from) throws Exception {
    int size = batch.size;
    int i = from;
    while (i < size && room.isOpen()) {
      T value = (T) batch.values[i];
      state.setCurrentKey(selector.getKey(value), batch.hashes[i]);
      head.process(value, batch.timestamp(i));
      i++;
    }
    return i;
  }
}

package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.RowLayout;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;

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

  /** Without a use, the compiler would leave the loads out. */
  @SuppressWarnings("unused")
  private int touched;

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
  public int run(RecordBatch batch, int from) throws Exception {
    return batch.layout == null ? runObjects(batch, from) : runRows(batch, from);
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runRows(RecordBatch batch, int from) throws Exception {
    RowLayout<Object> layout = batch.layout;
    int words = layout.words();
    int references = layout.references();
    int size = batch.size;
    if (from == 0) {
      touch(batch.values, size * references);
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

  /**
   * Brings the strings of a batch into this core's cache. One after another, as their records are
   * looked up, each would be waited for; here the loads are independent, and many are under way at
   * a time (group prefetching, Chen et al., "Improving Hash Join Performance through Prefetching").
   */
  private void touch(Object[] references, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      if (references[i] instanceof String string) {
        sum += string.length();
      }
    }
    touched = sum;
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runObjects(RecordBatch batch, int from) throws Exception {
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

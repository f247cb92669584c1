package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.RowLayout;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NextKeys;

/**
 * Records with an integer key, which came with the record or, of one taken apart, is selected again
 * here.
 */
public final class LongKeyLoop<T, K> implements BatchLoop {
  /** Records whose state is fetched at a time: what is fetched must not have left the cache. */
  private static final int AHEAD = 64;

  private final Receiver<T> head;
  private final OutputRoom room;
  private final KeyedStateBackend<K> state;
  private final KeySelector<T, K> selector;
  private final KeyCodec<K> codec;
  private final int[] hashes = new int[AHEAD];

  /** Never looked at: see {@link KeyedStateBackend#fetch}. */
  private long fetched;

  private NextKeys next = NextKeys.none();

  public LongKeyLoop(
      Receiver<T> head,
      OutputRoom room,
      KeyedStateBackend<K> state,
      KeySelector<T, K> selector,
      KeyCodec<K> codec) {
    this.head = head;
    this.room = room;
    this.state = state;
    this.selector = selector;
    this.codec = codec;
  }

  @Override
  public int run(RecordBatch received, int from) throws Exception {
    ObjectBatch batch = (ObjectBatch) received;
    if (from == 0 && state.wantsNextKeys(batch.size)) {
      readAhead(batch);
    }
    boolean rows = batch.layout != null;
    int size = batch.size;
    boolean far = state.isFar();
    int i = from;
    while (i < size && room.isOpen()) {
      int end = size;
      if (far) {
        end = Math.min(size, i + AHEAD);
        fetch(batch, i, end);
      }
      i = rows ? runRows(batch, i, end) : runObjects(batch, i, end);
    }
    return i;
  }

  @SuppressWarnings("unchecked") // the edge's type
  private void fetch(ObjectBatch batch, int from, int end) throws Exception {
    RowLayout<Object> layout = batch.layout;
    if (layout == null) {
      fetched += state.fetch(batch.hashes, from, end);
      return;
    }
    for (int i = from; i < end; i++) {
      T value =
          (T) layout.load(batch.rows, i * layout.words(), batch.values, i * layout.references());
      K selected = selector.getKey(value);
      long key = selected instanceof Long boxed ? boxed : codec.toLong(selected);
      hashes[i - from] = KeyHash.ofLong(key);
    }
    fetched += state.fetch(hashes, 0, end - from);
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runRows(ObjectBatch batch, int from, int end) throws Exception {
    RowLayout<Object> layout = batch.layout;
    int words = layout.words();
    int references = layout.references();
    int i = from;
    while (i < end && room.isOpen()) {
      T value = (T) layout.load(batch.rows, i * words, batch.values, i * references);
      // Opened at once where it is a Long, as nearly always: then it is never made (FreshBoxes).
      K selected = selector.getKey(value);
      long key = selected instanceof Long boxed ? boxed : codec.toLong(selected);
      state.setCurrentLongKey(key, KeyHash.ofLong(key));
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
      next = NextKeys.ofLongs(RecordBatch.CAPACITY);
    }
    for (int i = 0; i < size; i++) {
      long key =
          batch.layout == null ? batch.keys[i] : codec.toLong(selector.getKey((T) batch.value(i)));
      next.longs[i] = key;
      next.hashes[i] = KeyHash.ofLong(key);
    }
    next.count = size;
    state.readAhead(next);
    next.clear();
  }

  @SuppressWarnings("unchecked") // the edge's type
  private int runObjects(ObjectBatch batch, int from, int end) throws Exception {
    int i = from;
    while (i < end && room.isOpen()) {
      state.setCurrentLongKey(batch.keys[i], batch.hashes[i]);
      head.process((T) batch.values[i], batch.timestamp(i));
      i++;
    }
    return i;
  }
}

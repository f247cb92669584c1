package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import java.util.Objects;

/** Partitions by the hash of the key's canonical encoding. */
public final class ObjectKeyOutput<T, K> extends ObjectOutput<T> {
  /** Null if values cross as objects. */
  private final RowLayout<T> layout;

  private final int words;
  private final int references;
  private final KeySelector<T, K> selector;
  private final KeyCodec<K> codec;
  private final int[] channelOfGroup;

  public ObjectKeyOutput(
      Setup<T> setup, KeySelector<T, K> selector, KeyCodec<K> codec, int[] channelOfGroup) {
    super(setup);
    this.layout = ObjectLayout.rows(setup.type()).orElse(null);
    this.words = layout == null ? 0 : layout.words();
    this.references = layout == null ? 0 : layout.references();
    this.selector = selector;
    this.codec = codec;
    this.channelOfGroup = channelOfGroup;
  }

  private int hash(K key) {
    try {
      return codec.hash(key);
    } catch (UnsupportedTypeException e) {
      throw refused(e);
    }
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    K key = Objects.requireNonNull(selector.getKey(value), "keyBy: the key selector returned null");
    int hash = hash(key);
    int channel = channelOfGroup[hash & (channelOfGroup.length - 1)];
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
    if (batch.keyed) {
      batch.hashes[n] = hash;
    }
    batch.stamp(n, timestamp);
    batch.size = n + 1;
    if (n + 1 == batch.capacity) {
      full(channel);
    }
  }
}

package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.RowLayout;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;

/**
 * Partitions by an integer key, which travels beside the record if that is an object: it is never
 * boxed between here and state.
 */
public final class LongKeyOutput<T, K> extends ObjectOutput<T> {
  /** Null if values cross as objects. */
  private final RowLayout<T> layout;

  private final int words;
  private final int references;
  private final KeySelector<T, K> selector;
  private final KeyCodec<K> codec;

  /** Channel of each key group; its length is the number of groups, a power of two. */
  private final int[] channelOfGroup;

  public LongKeyOutput(
      Setup<T> setup, KeySelector<T, K> selector, KeyCodec<K> codec, int[] channelOfGroup) {
    super(setup);
    this.layout = ObjectLayout.rows(setup.type()).orElse(null);
    this.words = layout == null ? 0 : layout.words();
    this.references = layout == null ? 0 : layout.references();
    this.selector = selector;
    this.codec = codec;
    this.channelOfGroup = channelOfGroup;
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    // Opened at once where it is a Long, as nearly always: then it is never made (FreshBoxes).
    K selected = selector.getKey(value);
    long key = selected instanceof Long boxed ? boxed : codec.toLong(selected);
    int hash = KeyHash.ofLong(key);
    int channel = channelOfGroup[hash & (channelOfGroup.length - 1)];
    ObjectBatch batch = filling[channel];
    if (batch == null) {
      batch = beyond(channel);
    }
    int n = batch.size;
    if (layout == null) {
      batch.values[n] = crossing(value);
      batch.hashes[n] = hash;
      batch.keys[n] = key;
    } else {
      layout.store(present(value), batch.rows, n * words, batch.values, n * references);
    }
    batch.stamp(n, timestamp);
    batch.size = n + 1;
    if (n + 1 == batch.capacity) {
      full(channel);
    }
  }
}

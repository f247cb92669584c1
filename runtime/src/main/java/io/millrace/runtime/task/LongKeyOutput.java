package io.millrace.runtime.task;

import io.millrace.core.function.KeySelector;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Partitions by an integer key, which travels beside the record: it is never boxed between here and
 * state.
 */
public final class LongKeyOutput<T, K> extends ObjectOutput<T> {
  private final KeySelector<T, K> selector;
  private final KeyCodec<K> codec;

  /** Channel of each key group; its length is the number of groups, a power of two. */
  private final int[] channelOfGroup;

  public LongKeyOutput(
      Setup<T> setup, KeySelector<T, K> selector, KeyCodec<K> codec, int[] channelOfGroup) {
    super(setup);
    this.selector = selector;
    this.codec = codec;
    this.channelOfGroup = channelOfGroup;
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    long key = codec.toLong(selector.getKey(value));
    int hash = KeyHash.ofLong(key);
    int channel = channelOfGroup[hash & (channelOfGroup.length - 1)];
    ObjectBatch batch = filling[channel];
    if (batch == null) {
      batch = beyond(channel);
    }
    int n = batch.size;
    batch.values[n] = crossing(value);
    batch.timestamps[n] = timestamp;
    batch.hashes[n] = hash;
    batch.keys[n] = key;
    batch.size = n + 1;
    if (n + 1 == RecordBatch.CAPACITY) {
      full(channel);
    }
  }
}

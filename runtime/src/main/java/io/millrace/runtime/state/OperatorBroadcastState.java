package io.millrace.runtime.state;

import io.millrace.core.state.BroadcastState;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A map that every subtask holds identically, walked in the order of first puts; keys are the same
 * if their canonical encodings are (KG1). Owned by the task thread.
 */
final class OperatorBroadcastState<K, V> implements BroadcastState<K, V>, OperatorState {
  private final StateMeta meta;
  private final KeyCodec<K> codec;
  private final TypeSerializer<K> keys;
  private final TypeSerializer<V> values;
  private final Map<ByteBuffer, Map.Entry<K, V>> entries = new LinkedHashMap<>();
  private final BinaryWriter encoded = new BinaryWriter();

  OperatorBroadcastState(StateMeta meta, TypeInformation<K> keyType, TypeSerializer<V> values) {
    this.meta = meta;
    this.codec = keyType.keyCodec();
    this.keys = keyType.serializer();
    this.values = values;
  }

  private ByteBuffer encode(K key) {
    encoded.reset();
    codec.encode(key, encoded);
    return ByteBuffer.wrap(encoded.toByteArray());
  }

  @Override
  public V get(K key) {
    Map.Entry<K, V> entry = entries.get(encode(key));
    return entry == null ? null : values.copy(entry.getValue());
  }

  @Override
  public void put(K key, V value) {
    entries.put(encode(key), Map.entry(keys.copy(key), values.copy(value)));
  }

  @Override
  public void remove(K key) {
    entries.remove(encode(key));
  }

  @Override
  public boolean contains(K key) {
    return entries.containsKey(encode(key));
  }

  @Override
  public Iterable<Map.Entry<K, V>> entries() {
    List<Map.Entry<K, V>> copies = new ArrayList<>(entries.size());
    for (Map.Entry<K, V> entry : entries.values()) {
      copies.add(Map.entry(keys.copy(entry.getKey()), values.copy(entry.getValue())));
    }
    return copies;
  }

  @Override
  public void clear() {
    entries.clear();
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public void write(BinaryWriter out) {
    for (Map.Entry<K, V> entry : entries.values()) {
      codec.encode(entry.getKey(), out);
      values.write(entry.getValue(), out);
    }
  }

  @Override
  public void read(BinaryReader in, boolean kept) {
    K key = codec.decode(in);
    V value = values.read(in);
    if (kept) {
      entries.put(encode(key), Map.entry(key, value));
    }
  }
}

package io.millrace.core.state;

import java.util.Map;

/** A map that every subtask holds identically. */
public interface BroadcastState<K, V> {
  V get(K key);

  void put(K key, V value);

  void remove(K key);

  boolean contains(K key);

  Iterable<Map.Entry<K, V>> entries();

  void clear();
}

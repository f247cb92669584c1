package io.millrace.runtime.state.heap;

import io.millrace.core.state.MapState;
import io.millrace.core.types.TypeSerializer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A map a key, walked in the order of first puts. What a walk sees is the map of the moment it
 * began; mutable keys and values are copied in and out. With a time to live each entry expires by
 * itself.
 */
public final class HeapMapState<U, V> implements MapState<U, V> {
  private final MapAccess<U, V> access;
  private final TypeSerializer<U> keys;
  private final TypeSerializer<V> values;
  private final boolean copiedKeys;
  private final boolean copiedValues;

  public HeapMapState(MapAccess<U, V> access, TypeSerializer<U> keys, TypeSerializer<V> values) {
    this.access = access;
    this.keys = keys;
    this.values = values;
    this.copiedKeys = !keys.isImmutable();
    this.copiedValues = !values.isImmutable();
  }

  @Override
  public V get(U key) {
    V value = access.get(key);
    return value != null && copiedValues ? values.copy(value) : value;
  }

  @Override
  public void put(U key, V value) {
    Objects.requireNonNull(key, "A map state has no null key: use a key of your own for it");
    Objects.requireNonNull(value, "A map state holds no null value: remove the key instead");
    access.put(ownedKey(key), ownedValue(value));
  }

  @Override
  public void putAll(Map<U, V> entries) {
    for (Map.Entry<U, V> entry : entries.entrySet()) {
      put(entry.getKey(), entry.getValue());
    }
  }

  @Override
  public void remove(U key) {
    access.remove(key);
  }

  @Override
  public boolean contains(U key) {
    return access.get(key) != null;
  }

  @Override
  public Iterable<Map.Entry<U, V>> entries() {
    List<Map.Entry<U, V>> entries = access.entries();
    if (!copiedKeys && !copiedValues) {
      return entries;
    }
    List<Map.Entry<U, V>> copies = new ArrayList<>(entries.size());
    for (Map.Entry<U, V> entry : entries) {
      copies.add(Map.entry(ownedKey(entry.getKey()), ownedValue(entry.getValue())));
    }
    return Collections.unmodifiableList(copies);
  }

  @Override
  public Iterable<U> keys() {
    List<U> all = new ArrayList<>();
    for (Map.Entry<U, V> entry : access.entries()) {
      all.add(ownedKey(entry.getKey()));
    }
    return all;
  }

  @Override
  public Iterable<V> values() {
    List<V> all = new ArrayList<>();
    for (Map.Entry<U, V> entry : access.entries()) {
      all.add(ownedValue(entry.getValue()));
    }
    return all;
  }

  @Override
  public boolean isEmpty() {
    return access.isEmpty();
  }

  @Override
  public void clear() {
    access.clear();
  }

  private U ownedKey(U key) {
    return copiedKeys ? keys.copy(key) : key;
  }

  private V ownedValue(V value) {
    return copiedValues ? values.copy(value) : value;
  }
}

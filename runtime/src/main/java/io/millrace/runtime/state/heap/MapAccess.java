package io.millrace.runtime.state.heap;

import io.millrace.core.types.KeyCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The current key's stored map: copied on the first write after a cut. */
public final class MapAccess<U, V> {
  private final EntryCursor<StoredMap<U, V>> cursor;
  private final KeyCodec<U> codec;
  private final boolean timed;

  MapAccess(EntryCursor<StoredMap<U, V>> cursor, KeyCodec<U> codec) {
    this.cursor = cursor;
    this.codec = codec;
    this.timed = cursor.ttlMillis() != 0;
  }

  /** The value of a key, or {@code null}. */
  public V get(U key) {
    if (!cursor.find()) {
      return null;
    }
    StoredMap<U, V> map = cursor.load();
    int position = map.find(key);
    if (position < 0 || isExpired(map, position)) {
      return null;
    }
    V value = map.value(position);
    if (cursor.renewedByReads() && map.time(position) != cursor.now()) {
      StoredMap<U, V> renewed = forWrite();
      renewed.put(key, value, cursor.now());
      cursor.store(renewed);
    }
    return value;
  }

  public void put(U key, V value) {
    StoredMap<U, V> map = forWrite();
    int position = timed ? map.find(key) : -1;
    if (position >= 0 && isExpired(map, position)) {
      // A new entry, not an old one renewed: it goes to the end of the order.
      map.remove(position);
    }
    map.put(key, value, timed ? cursor.now() : 0);
    cursor.store(map);
  }

  public void remove(U key) {
    if (!cursor.find() || cursor.load().find(key) < 0) {
      return;
    }
    StoredMap<U, V> map = forWrite();
    map.remove(map.find(key));
    storeRest(map);
  }

  /** The entries that have not expired, as they are now. */
  public List<Map.Entry<U, V>> entries() {
    if (!cursor.find()) {
      return List.of();
    }
    if (timed) {
      dropExpiredAndRenew();
      if (!cursor.find()) {
        return List.of();
      }
    }
    StoredMap<U, V> map = cursor.load();
    List<Map.Entry<U, V>> entries = new ArrayList<>(map.size());
    for (int i = 0; i < map.end(); i++) {
      if (map.isUsed(i)) {
        entries.add(Map.entry(map.key(i), map.value(i)));
      }
    }
    return Collections.unmodifiableList(entries);
  }

  private void dropExpiredAndRenew() {
    StoredMap<U, V> map = cursor.load();
    boolean renew = cursor.renewedByReads();
    long now = cursor.now();
    StoredMap<U, V> writable = null;
    for (int i = 0; i < map.end(); i++) {
      if (map.isUsed(i) && (renew || isExpired(map, i))) {
        if (writable == null) {
          // A copy has other positions; this walk goes over the original.
          writable = map.copy();
        }
        int position = writable.find(map.key(i));
        if (isExpired(map, i)) {
          writable.remove(position);
        } else {
          writable.setTime(position, now);
        }
      }
    }
    if (writable != null) {
      storeRest(writable);
    }
  }

  public boolean isEmpty() {
    if (!cursor.find()) {
      return true;
    }
    return timed && entries().isEmpty();
  }

  public void clear() {
    cursor.remove();
  }

  private void storeRest(StoredMap<U, V> map) {
    if (map.size() == 0) {
      cursor.remove();
    } else {
      cursor.store(map);
    }
  }

  private StoredMap<U, V> forWrite() {
    if (!cursor.find()) {
      return new StoredMap<>(codec, timed);
    }
    StoredMap<U, V> map = cursor.load();
    return cursor.isOwned() ? map : map.copy();
  }

  private boolean isExpired(StoredMap<U, V> map, int position) {
    return timed && cursor.isExpired(map.time(position));
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.core.types.KeyCodec;
import java.util.Arrays;

/**
 * The entries of a map state's key, in the order they were first put, so that walks are the same in
 * every process. Keys are the same if their canonical encodings are (KG1). Entries lie in arrays in
 * their order, with gaps where one was removed; an index of hashes finds them.
 */
final class StoredMap<U, V> {
  private static final int MIN_ENTRIES = 4;

  private final KeyCodec<U> codec;
  private final boolean timed;
  private Object[] keys;
  private Object[] values;
  private int[] hashes;
  private long[] times;
  private int used;
  private int size;
  // Position of an entry plus one; 0 is free. Twice as many places as entries at least.
  private int[] index;

  StoredMap(KeyCodec<U> codec, boolean timed) {
    this(codec, timed, MIN_ENTRIES);
  }

  private StoredMap(KeyCodec<U> codec, boolean timed, int capacity) {
    this.codec = codec;
    this.timed = timed;
    this.keys = new Object[capacity];
    this.values = new Object[capacity];
    this.hashes = new int[capacity];
    this.times = new long[timed ? capacity : 0];
    this.index = new int[2 * capacity];
  }

  /** The same entries, sharing keys and values. */
  StoredMap<U, V> copy() {
    StoredMap<U, V> copy = new StoredMap<>(codec, timed, keys.length);
    copy.takeAll(this);
    return copy;
  }

  private void takeAll(StoredMap<U, V> other) {
    for (int i = 0; i < other.used; i++) {
      if (other.keys[i] != null) {
        append(other.keys[i], other.values[i], other.hashes[i], timed ? other.times[i] : 0);
      }
    }
  }

  private void append(Object key, Object value, int hash, long time) {
    int position = used++;
    keys[position] = key;
    values[position] = value;
    hashes[position] = hash;
    if (timed) {
      times[position] = time;
    }
    int place = place(hash);
    while (index[place] != 0) {
      place = (place + 1) & (index.length - 1);
    }
    index[place] = position + 1;
    size++;
  }

  private int place(int hash) {
    return ((hash * 0x9E3779B9) >>> 1) & (index.length - 1);
  }

  /** The position of a key; negative if it isn't there. */
  int find(U key) {
    int hash = codec.hash(key);
    for (int place = place(hash); ; place = (place + 1) & (index.length - 1)) {
      int position = index[place] - 1;
      if (position < 0) {
        return -1;
      }
      // The index keeps naming the gap of a removed entry, so that what lies behind is found.
      if (hashes[position] == hash && keys[position] != null && codec.sameKey(key(position), key)) {
        return position;
      }
    }
  }

  void put(U key, V value, long time) {
    int position = find(key);
    if (position >= 0) {
      values[position] = value;
      if (timed) {
        times[position] = time;
      }
      return;
    }
    if (used == keys.length) {
      rebuild();
    }
    append(key, value, codec.hash(key), time);
  }

  /** Closes the gaps, and grows if there were few. */
  private void rebuild() {
    int capacity = size > keys.length / 2 ? keys.length * 2 : keys.length;
    StoredMap<U, V> rebuilt = new StoredMap<>(codec, timed, capacity);
    rebuilt.takeAll(this);
    keys = rebuilt.keys;
    values = rebuilt.values;
    hashes = rebuilt.hashes;
    times = rebuilt.times;
    index = rebuilt.index;
    used = rebuilt.used;
    size = rebuilt.size;
  }

  void remove(int position) {
    keys[position] = null;
    values[position] = null;
    size--;
    if (size == 0) {
      Arrays.fill(index, 0);
      used = 0;
    }
  }

  int size() {
    return size;
  }

  /** Positions below this may hold entries. */
  int end() {
    return used;
  }

  boolean isUsed(int position) {
    return keys[position] != null;
  }

  @SuppressWarnings("unchecked")
  U key(int position) {
    return (U) keys[position];
  }

  @SuppressWarnings("unchecked")
  V value(int position) {
    return (V) values[position];
  }

  long time(int position) {
    return times[position];
  }

  void setTime(int position, long time) {
    times[position] = time;
  }
}

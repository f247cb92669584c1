package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.Segment;
import io.millrace.runtime.state.heap.StateTable;

/**
 * The entries of a table as bytes: what its cache reads from the database, and collects to be
 * written there. Owned by the task thread.
 */
final class TableStore<V> {
  /** Of values stored in the cache one in so many is measured: writing it costs what it costs. */
  private static final int MEASURED = 64;

  private final StoreKeys keys;
  private final TypeSerializer<V> serializer;
  private final boolean timed;
  private final ObjectCache cache;
  private final CurrentKey key;
  private final StateTable<V> entries;
  private boolean written;
  private boolean classNames;
  // Of keys and values; moves slowly.
  private int averageBytes;
  private int untilMeasured;

  /**
   * @param timed whether a value is stored with its time
   */
  TableStore(
      StoreKeys keys,
      TypeSerializer<V> serializer,
      boolean timed,
      StateTable<V> entries,
      ObjectCache cache) {
    this.keys = keys;
    this.serializer = serializer;
    this.timed = timed;
    this.entries = entries;
    this.cache = cache;
    this.key = cache.key();
  }

  StoreKeys keys() {
    return keys;
  }

  TypeSerializer<V> serializer() {
    return serializer;
  }

  boolean timed() {
    return timed;
  }

  /** Whether the database may have something of this table. */
  boolean isWritten() {
    return written;
  }

  /** The database has entries of it already. */
  void adopt() {
    written = true;
  }

  /** Whether keys or values are frames with class names, which don't fit into other frames. */
  boolean hasClassNames() {
    return classNames;
  }

  /** Bytes of a key and its value as they are stored, about. */
  int averageBytes() {
    return averageBytes;
  }

  /**
   * Reads the current key's value.
   *
   * @return whether the database has one
   */
  boolean read(Value<V> into) {
    BinaryWriter out = currentKey();
    BinaryReader in = cache.get(out);
    if (in == null) {
      return false;
    }
    decode(in, out.size(), into);
    return true;
  }

  /** The current key in the database; valid until the next is asked for. */
  BinaryWriter currentKey() {
    BinaryWriter out = cache.keyBytes();
    keys.begin(key.group(), out);
    encodeKey(key.isLong() ? key.codec().fromLong(key.longKey()) : key.objectKey(), out);
    return out;
  }

  /**
   * @param keyBytes of the key it was read by
   */
  void decode(BinaryReader in, int keyBytes, Value<V> into) {
    sample(keyBytes + in.remaining());
    into.time = timed ? in.readLong() : 0;
    into.value = serializer.read(in);
  }

  /** A value as it was read. */
  static final class Value<V> {
    V value;
    long time;
  }

  /** Adds an entry to what is written next. */
  void put(int group, Segment segment, int slot) {
    BinaryWriter out = begin(group, segment, slot);
    BinaryWriter value = cache.valueBytes();
    if (timed) {
      value.writeLong(segment.time(slot));
    }
    serializer.write(entries.load(segment, slot), value);
    classNames |= value.hasClassNames();
    if (classNames) {
      cache.wroteClassNames();
    }
    sample(out.size() + value.size());
    cache.batch().put(out, keys.prefixLength(), value);
  }

  /** Has the key of an entry removed with what is written next. */
  void delete(int group, Segment segment, int slot) {
    cache.batch().delete(begin(group, segment, slot), keys.prefixLength());
  }

  private BinaryWriter begin(int group, Segment segment, int slot) {
    BinaryWriter out = cache.keyBytes();
    keys.begin(group, out);
    boolean longKeys = key.isLong();
    encodeKey(
        longKeys ? key.codec().fromLong(segment.longKey(slot)) : segment.objectKey(slot), out);
    classNames |= out.hasClassNames();
    written = true;
    return out;
  }

  private void encodeKey(Object object, BinaryWriter out) {
    KeyCodec<Object> codec = key.codec();
    codec.encode(object, out);
  }

  /**
   * The current key's value was stored in the cache. That no entry has been written yet must not
   * make them all pass for small: the cache would take more of the heap than its part.
   */
  void stored(V value) {
    if (isMeasured()) {
      BinaryWriter out = cache.valueBytes();
      serializer.write(value, out);
      int bytes = out.size();
      sample(currentKey().size() + bytes);
    }
  }

  /** The same of a key whose value is flat. */
  void storedKey() {
    if (isMeasured()) {
      sample(currentKey().size());
    }
  }

  private boolean isMeasured() {
    untilMeasured--;
    if (untilMeasured >= 0) {
      return false;
    }
    untilMeasured = MEASURED - 1;
    return true;
  }

  private void sample(int bytes) {
    averageBytes = averageBytes == 0 ? bytes : averageBytes + (bytes - averageBytes) / 16;
  }
}

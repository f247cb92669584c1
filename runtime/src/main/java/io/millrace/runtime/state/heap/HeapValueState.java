package io.millrace.runtime.state.heap;

import io.millrace.core.state.ValueState;
import io.millrace.core.types.TypeSerializer;

/**
 * The value of a key of any type. A mutable value is copied in and out, so that state changes by
 * {@link #update} alone, as in every other backend.
 */
public final class HeapValueState<V> implements ValueState<V> {
  private final EntryCursor<V> cursor;
  private final TypeSerializer<V> serializer;
  private final boolean copied;

  /**
   * @param copied whether the table keeps mutable objects
   */
  public HeapValueState(EntryCursor<V> cursor, TypeSerializer<V> serializer, boolean copied) {
    this.cursor = cursor;
    this.serializer = serializer;
    this.copied = copied;
  }

  @Override
  public V value() {
    if (!cursor.find()) {
      return null;
    }
    cursor.touch();
    V value = cursor.load();
    return copied ? serializer.copy(value) : value;
  }

  @Override
  public void update(V value) {
    if (value == null) {
      cursor.remove();
    } else {
      cursor.store(copied ? serializer.copy(value) : value);
    }
  }

  @Override
  public void clear() {
    cursor.remove();
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.ProbedValueState;

/**
 * The value of a key of any type. A mutable value is copied in and out, so that state changes by
 * {@link #update} alone, as in every other backend.
 */
public final class HeapValueState<V> implements ProbedValueState<V> {
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
  public boolean find() {
    if (!cursor.find()) {
      return false;
    }
    cursor.touch();
    return true;
  }

  @Override
  public V found() {
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

package io.millrace.runtime.state.heap;

import io.millrace.core.function.ReduceFunction;
import io.millrace.core.state.ReducingState;
import io.millrace.core.types.TypeSerializer;

/**
 * Values reduced as they are added. The function may change the stored value; a cut that needs it
 * keeps the original.
 */
public final class HeapReducingState<T> implements ReducingState<T> {
  private final EntryCursor<T> cursor;
  private final ReduceFunction<T> function;
  private final TypeSerializer<T> serializer;
  private final boolean copied;

  /**
   * @param copied whether the table keeps mutable objects
   */
  public HeapReducingState(
      EntryCursor<T> cursor,
      ReduceFunction<T> function,
      TypeSerializer<T> serializer,
      boolean copied) {
    this.cursor = cursor;
    this.function = function;
    this.serializer = serializer;
    this.copied = copied;
  }

  @Override
  public T get() {
    if (!cursor.find()) {
      return null;
    }
    cursor.touch();
    T value = cursor.load();
    return copied ? serializer.copy(value) : value;
  }

  @Override
  public void add(T value) throws Exception {
    // The caller keeps what it added, and the function may return it.
    T added = copied ? serializer.copy(value) : value;
    if (cursor.find()) {
      T stored = cursor.load();
      if (copied && !cursor.isOwned()) {
        stored = serializer.copy(stored);
      }
      cursor.store(function.reduce(stored, added));
    } else {
      cursor.store(added);
    }
  }

  @Override
  public void clear() {
    cursor.remove();
  }
}

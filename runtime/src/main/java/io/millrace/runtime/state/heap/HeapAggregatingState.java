package io.millrace.runtime.state.heap;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.state.AggregatingState;
import io.millrace.core.types.TypeSerializer;

/**
 * Values folded into an accumulator as they are added. The function may change the accumulator; a
 * cut that needs it keeps the original.
 */
public final class HeapAggregatingState<I, A, O> implements AggregatingState<I, O> {
  private final EntryCursor<A> cursor;
  private final AggregateFunction<I, A, O> function;
  private final TypeSerializer<A> serializer;
  private final boolean copied;

  /**
   * @param copied whether the table keeps mutable objects
   */
  public HeapAggregatingState(
      EntryCursor<A> cursor,
      AggregateFunction<I, A, O> function,
      TypeSerializer<A> serializer,
      boolean copied) {
    this.cursor = cursor;
    this.function = function;
    this.serializer = serializer;
    this.copied = copied;
  }

  @Override
  public O get() {
    if (!cursor.find()) {
      return null;
    }
    cursor.touch();
    A accumulator = cursor.load();
    // The result may be the accumulator, or share parts with it.
    return function.getResult(copied ? serializer.copy(accumulator) : accumulator);
  }

  @Override
  public void add(I value) {
    A accumulator;
    if (cursor.find()) {
      accumulator = cursor.load();
      if (copied && !cursor.isOwned()) {
        accumulator = serializer.copy(accumulator);
      }
    } else {
      accumulator = function.createAccumulator();
    }
    cursor.store(function.add(value, accumulator));
  }

  @Override
  public void clear() {
    cursor.remove();
  }
}

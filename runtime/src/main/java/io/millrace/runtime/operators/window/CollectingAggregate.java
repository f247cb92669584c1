package io.millrace.runtime.operators.window;

import io.millrace.core.function.AggregateFunction;

/** Keeps all records, numbered in the order of their arrival. Owned by the operator's subtask. */
public final class CollectingAggregate<T>
    implements AggregateFunction<T, WindowElements<T>, WindowElements<T>> {
  private static final long serialVersionUID = 1L;

  private long sequence;

  /** Goes on numbering after what was restored. */
  public void continueAfter(long last) {
    sequence = last;
  }

  public long lastSequence() {
    return sequence;
  }

  @Override
  public WindowElements<T> createAccumulator() {
    return new WindowElements<>();
  }

  @Override
  public WindowElements<T> add(T value, WindowElements<T> accumulator) {
    accumulator.add(value, ++sequence);
    return accumulator;
  }

  @Override
  public WindowElements<T> getResult(WindowElements<T> accumulator) {
    return accumulator;
  }

  @Override
  public WindowElements<T> merge(WindowElements<T> left, WindowElements<T> right) {
    return WindowElements.merge(left, right);
  }
}

package io.millrace.runtime.state;

import io.millrace.core.state.ValueState;

/**
 * A value state that tells first whether there is a value. {@link #value} gives null or a value,
 * and what may be null HotSpot's compiler does not take apart (before Java 22): operators of the
 * engine ask in two steps, so that no object is made for a value that is only looked at.
 */
public interface ProbedValueState<T> extends ValueState<T> {
  /** Whether the current key has a value. */
  boolean find();

  /** The value of the current key; only after {@link #find} has found one. */
  T found();

  /** A handle as this, which all of the engine's are. */
  static <T> ProbedValueState<T> of(ValueState<T> state) {
    if (state instanceof ProbedValueState<T> probed) {
      return probed;
    }
    throw new IllegalArgumentException(
        state.getClass().getName() + " can't tell whether there is a value");
  }

  @Override
  default T value() {
    return find() ? found() : null;
  }
}

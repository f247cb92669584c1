package io.millrace.core.state;

/** One value a key. */
public interface ValueState<T> extends State {
  /** The current key's value, or {@code null}. */
  T value();

  /** Sets the value; {@code null} clears it. */
  void update(T value);
}

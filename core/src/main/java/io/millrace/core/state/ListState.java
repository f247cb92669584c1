package io.millrace.core.state;

import java.util.List;

/**
 * A list a key (keyed state), or a list of elements that is redistributed on rescale (operator
 * state).
 */
public interface ListState<T> extends State {
  /** The elements in order, never {@code null}. */
  Iterable<T> get();

  void add(T value);

  void addAll(List<T> values);

  void update(List<T> values);
}

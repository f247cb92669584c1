package io.millrace.core.state;

/** State of the current key. Only for the thread that steps the subtask. */
public interface State {
  /** Removes the current key's entry. */
  void clear();
}

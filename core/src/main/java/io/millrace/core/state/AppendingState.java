package io.millrace.core.state;

/** State that values are added to. */
public interface AppendingState<I, O> extends State {
  /** The current result, or {@code null} if nothing was added. */
  O get() throws Exception;

  void add(I value) throws Exception;
}

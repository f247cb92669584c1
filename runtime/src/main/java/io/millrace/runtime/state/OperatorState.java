package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;

/** An operator state as its backend sees it. Owned by the task thread. */
interface OperatorState {
  StateMeta meta();

  int size();

  void write(BinaryWriter out);

  /**
   * Reads one element.
   *
   * @param kept whether it is for this subtask; else it is only read past
   */
  void read(BinaryReader in, boolean kept);

  /** Which elements, counted over all subtasks that wrote, are for this one. */
  @FunctionalInterface
  interface ElementFilter {
    boolean accepts(int position);
  }
}

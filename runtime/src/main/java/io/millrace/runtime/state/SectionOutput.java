package io.millrace.runtime.state;

import io.millrace.core.types.BinaryWriter;
import java.io.IOException;

/** Where the states of one section of a snapshot file go. Not thread-safe. */
public interface SectionOutput {
  /**
   * Appends one state.
   *
   * @param entries a frame of its own, with its own dictionary; may be reset after the call
   */
  void state(StateMeta meta, BinaryWriter entries) throws IOException;
}

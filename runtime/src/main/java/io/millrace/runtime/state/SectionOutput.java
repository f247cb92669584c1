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
  default void state(StateMeta meta, BinaryWriter entries) throws IOException {
    begin(meta, entries.size());
    part(entries);
  }

  /**
   * Begins a state whose entries come by {@link #part}, since they may be more than the heap holds.
   *
   * @param size bytes that the parts have together
   */
  void begin(StateMeta meta, int size) throws IOException;

  /** Appends a part of the state's entries, which may be reset after the call. */
  void part(BinaryWriter bytes) throws IOException;
}

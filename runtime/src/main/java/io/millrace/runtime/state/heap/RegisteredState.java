package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.StateMeta;
import java.io.IOException;
import java.util.Optional;

/** A named state of a backend, as the backend sees it. Owned by the task thread. */
public interface RegisteredState {
  StateMeta meta();

  /** What user code or the operator works with. */
  Object handle();

  /** The table that every record's key may be looked up in; empty if there is no such thing. */
  default Optional<StateTable<?>> table() {
    return Optional.empty();
  }

  /** Takes over what a snapshot has of a key group, as {@code written} describes it. */
  void restore(int groupIndex, StateMeta written, BinaryReader entries);

  /** Number of entries. */
  long size();

  /**
   * Writes the current key's entry as {@link Capture#write} would write a group that has no other;
   * changes nothing.
   *
   * @return false, and nothing is written, if there is none or it has expired
   * @throws UnsupportedOperationException if entries are not found by key alone
   */
  default boolean peek(BinaryWriter out) {
    throw new UnsupportedOperationException(meta().kind() + " state is not found by key");
  }

  Capture capture();

  /** Looks at up to {@code slots} slots for what has expired. */
  void cleanUp(int slots);

  /** A state at a cut; read by one other thread. */
  interface Capture {
    StateMeta meta();

    /**
     * Writes the entries of a key group.
     *
     * @return false, and nothing is written, if the group has no entries
     */
    boolean write(int groupIndex, BinaryWriter out);

    /**
     * Writes the state of a key group to a section, nothing if the group has no entries.
     *
     * @param scratch for the entries, or some of them
     */
    default void write(int groupIndex, SectionOutput out, BinaryWriter scratch) throws IOException {
      scratch.reset();
      if (write(groupIndex, scratch)) {
        out.state(meta(), scratch);
      }
    }
  }
}

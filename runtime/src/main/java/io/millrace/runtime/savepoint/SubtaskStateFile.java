package io.millrace.runtime.savepoint;

import io.millrace.core.state.OperatorStateStore;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.OperatorStateBackend;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Writes the state of an operator's subtask, which no longer changes, a key group at a time, so
 * that a large one holds up nobody. Owned by the subtask.
 */
public final class SubtaskStateFile implements AutoCloseable {
  private final SnapshotFileWriter writer;
  private final String uid;
  private final KeyedStateBackend<?> keyed;
  private final OperatorStateStore operator;
  private final KeyedCut cut;
  private int group;
  private StateHandles handles = StateHandles.EMPTY;

  /**
   * @param writer is closed with this
   */
  public SubtaskStateFile(
      SnapshotFileWriter writer,
      String uid,
      KeyedStateBackend<?> keyed,
      OperatorStateStore operator) {
    this.writer = writer;
    this.uid = uid;
    this.keyed = keyed;
    this.operator = operator;
    this.cut = keyed.snapshot();
    this.group = keyed.keyGroups().first();
  }

  /**
   * @param mayGoOn whether there is time for more
   * @return whether all is written and durable
   */
  public boolean goOn(BooleanSupplier mayGoOn) throws IOException {
    while (keyed.goOnWithCut()) {
      if (!mayGoOn.getAsBoolean()) {
        return false;
      }
    }
    while (group <= keyed.keyGroups().last()) {
      int next = group++;
      writer.writeGroup(uid, next, out -> cut.writeGroup(next, out));
      if (!mayGoOn.getAsBoolean()) {
        return false;
      }
    }
    if (operator instanceof OperatorStateBackend backend && backend.snapshot().isPresent()) {
      writer.writeOperator(uid, backend.snapshot().get());
    }
    handles = writer.commit().getOrDefault(uid, StateHandles.EMPTY);
    return true;
  }

  /** Where the state is; empty until {@link #goOn} has said that it is written. */
  public StateHandles handles() {
    return handles;
  }

  @Override
  public void close() throws IOException {
    cut.close();
    writer.close();
  }
}

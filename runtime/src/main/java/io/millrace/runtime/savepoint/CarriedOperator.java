package io.millrace.runtime.savepoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Copies the state of an operator from one savepoint into another as it was written, a key group at
 * a time. For one thread.
 */
public final class CarriedOperator implements AutoCloseable {
  private final StateArchive archive;
  private final OperatorState operator;
  private final SnapshotFileWriter writer;
  private final List<KeyGroupRange> units;
  private int unit;
  private StateHandles copied = StateHandles.EMPTY;

  /**
   * @param writer is closed with this
   */
  public CarriedOperator(StateArchive archive, OperatorState operator, SnapshotFileWriter writer) {
    this.archive = archive;
    this.operator = operator;
    this.writer = writer;
    this.units = StateArchive.unitsOf(operator);
  }

  /**
   * @param mayGoOn whether there is time for more
   * @return whether all is written and durable
   */
  public boolean goOn(BooleanSupplier mayGoOn) throws IOException {
    String uid = operator.uid();
    while (unit < units.size()) {
      archive.readKeyed(operator, units.get(unit++), this::copy);
      if (!mayGoOn.getAsBoolean()) {
        return false;
      }
    }
    for (List<RawState> subtask : archive.readOperatorState(operator)) {
      writer.writeOperator(
          uid,
          out -> {
            for (RawState raw : subtask) {
              raw.copyTo(out);
            }
          });
    }
    copied = writer.commit().getOrDefault(uid, StateHandles.EMPTY);
    return true;
  }

  private void copy(int group, List<RawState> states) throws IOException {
    writer.writeGroup(
        operator.uid(),
        group,
        out -> {
          for (RawState raw : states) {
            raw.copyTo(out);
          }
        });
  }

  /**
   * The operator as it is in the new savepoint: what was in files is the first subtask's, the
   * positions of a source and prepared commits stay whose they were.
   */
  public OperatorState result() {
    List<StateHandles> subtasks = new ArrayList<>();
    for (int i = 0; i < operator.subtasks().size(); i++) {
      StateHandles was = operator.subtasks().get(i);
      StateHandles files = i == 0 ? copied : StateHandles.EMPTY;
      subtasks.add(
          new StateHandles(files.keyed(), files.operator(), was.splits(), was.committables()));
    }
    return new OperatorState(
        operator.uid(),
        operator.uidExplicit(),
        operator.name(),
        operator.maxParallelism(),
        subtasks,
        operator.enumerator());
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}

package io.millrace.core.function;

import io.millrace.core.state.OperatorStateStore;

/** A function that keeps operator state (list, union list, broadcast). */
public interface CheckpointedFunction {
  /** Called on the subtask's thread at each barrier, before the snapshot is taken. */
  void snapshotState(SnapshotContext context) throws Exception;

  /** Called before {@code open}; on a restore the store holds what was snapshotted. */
  void initializeState(InitializationContext context) throws Exception;

  /** At a snapshot. */
  interface SnapshotContext {
    long getCheckpointId();
  }

  /** At start. */
  interface InitializationContext {
    boolean isRestored();

    OperatorStateStore getOperatorStateStore();
  }
}

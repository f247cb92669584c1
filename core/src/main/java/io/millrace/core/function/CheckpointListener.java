package io.millrace.core.function;

/** Told of completed checkpoints; a notification may be lost, so N means all up to N. */
public interface CheckpointListener {
  void notifyCheckpointComplete(long checkpointId) throws Exception;

  default void notifyCheckpointAborted(long checkpointId) throws Exception {}
}

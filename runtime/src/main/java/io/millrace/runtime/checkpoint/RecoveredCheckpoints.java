package io.millrace.runtime.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * What the store has of a job.
 *
 * @param nextCheckpoint and {@code nextExecution}: the counters as stored
 * @param retained by ascending id, as the pointer lists them
 * @param latest metadata of the last of them
 */
public record RecoveredCheckpoints(
    long nextCheckpoint,
    int nextExecution,
    List<RetainedCheckpoint> retained,
    Optional<CheckpointMetadata> latest) {
  public RecoveredCheckpoints {
    retained = List.copyOf(retained);
  }
}

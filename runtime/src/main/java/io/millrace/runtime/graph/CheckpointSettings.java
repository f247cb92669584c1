package io.millrace.runtime.graph;

import io.millrace.core.state.StateBackend;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a job's keyed state lives and how it is checkpointed.
 *
 * @param interval between the starts of two checkpoints; empty for none but savepoints and the
 *     final one
 * @param timeout after which a pending checkpoint is given up
 * @param minPause between the end of one and the start of the next
 * @param retained how many completed checkpoints are kept
 * @param tolerableFailures how many checkpoints may fail in a row before the job is restarted
 * @param backend where keyed state lives between them
 */
public record CheckpointSettings(
    Optional<Duration> interval,
    Duration timeout,
    Duration minPause,
    int retained,
    int tolerableFailures,
    StateBackend backend) {
  public static final CheckpointSettings DISABLED =
      new CheckpointSettings(
          Optional.empty(), Duration.ofMinutes(10), Duration.ZERO, 1, 3, StateBackend.HEAP);

  public static CheckpointSettings every(Duration interval) {
    return new CheckpointSettings(
        Optional.of(interval), Duration.ofMinutes(10), Duration.ZERO, 3, 3, StateBackend.HEAP);
  }
}

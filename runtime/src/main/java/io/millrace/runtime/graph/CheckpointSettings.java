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
 * @param alignmentTimeout how long a barrier may wait in a subtask before it overtakes the records
 *     in front of it; empty for ever
 * @param backend where keyed state lives between them
 */
public record CheckpointSettings(
    Optional<Duration> interval,
    Duration timeout,
    Duration minPause,
    int retained,
    int tolerableFailures,
    Optional<Duration> alignmentTimeout,
    StateBackend backend) {
  public static final CheckpointSettings DISABLED =
      new CheckpointSettings(
          Optional.empty(),
          Duration.ofMinutes(10),
          Duration.ZERO,
          1,
          3,
          Optional.of(Duration.ofSeconds(1)),
          StateBackend.HEAP);

  public static CheckpointSettings every(Duration interval) {
    return new CheckpointSettings(
        Optional.of(interval),
        Duration.ofMinutes(10),
        Duration.ZERO,
        3,
        3,
        Optional.of(Duration.ofSeconds(1)),
        StateBackend.HEAP);
  }

  /** The same with another time after which barriers overtake records; empty for never. */
  public CheckpointSettings withAlignmentTimeout(Optional<Duration> time) {
    return new CheckpointSettings(
        interval, timeout, minPause, retained, tolerableFailures, time, backend);
  }
}

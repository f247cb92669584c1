package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link CheckpointCoordinator} wants done. Implemented by the job's state machine, which
 * turns each call into actions and never calls back from within.
 */
public interface CheckpointEffects {
  /** The next id, whose successor is being stored: answered by onCounterStored (invariant CC1). */
  CheckpointId reserveId();

  void snapshotEnumerators(CheckpointId checkpoint);

  /** Whether every reader has confirmed all it was sent before the enumerators' snapshots (S3). */
  boolean allSplitsReceived();

  /**
   * Inject barriers at the sources, then release what was held for their readers (S2).
   *
   * @param base the checkpoint whose files this one may share (invariant CC10)
   */
  void trigger(
      CheckpointId checkpoint, boolean savepoint, String directory, Optional<CheckpointId> base);

  void writeMetadata(CheckpointMetadata metadata);

  /**
   * @param retained by ascending id, the new one last
   */
  void writePointer(CheckpointId checkpoint, List<RetainedCheckpoint> retained);

  /**
   * Durable, and named by the pointer if its kind is registered: tell subtasks, answer requests.
   */
  void completed(CheckpointMetadata metadata, CheckpointRequest request);

  /**
   * Given up: nothing of it may start any more (invariant CC5).
   *
   * @param triggered whether subtasks may have heard of it
   */
  void aborted(CheckpointId checkpoint, CheckpointRequest request, boolean triggered, String why);

  /** The request was not begun. */
  void refused(CheckpointRequest request, String why);

  /** More checkpoints in a row have failed than is tolerable: the job fails. */
  void tooManyFailures(String why);

  void delete(RetainedCheckpoint checkpoint);

  void discard(List<String> paths);

  /**
   * Delete files that checkpoints share and none of these has any more, of checkpoints up to this
   * one (invariant CC9).
   */
  void collectShared(List<RetainedCheckpoint> retained, CheckpointId upTo);

  /** Call onDue after this time; replaces an earlier call. */
  void scheduleNext(Duration delay);

  void cancelNext();

  /** Request the final checkpoint again after this time. */
  void scheduleFinal(Duration delay);

  void scheduleTimeout(CheckpointId checkpoint, Duration delay);

  void cancelTimeout(CheckpointId checkpoint);

  void schedulePointerRetry(CheckpointId checkpoint, Duration delay);
}

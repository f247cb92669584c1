package io.millrace.runtime.rpc;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.List;
import java.util.Optional;

/** What a JobManager tells a TaskManager, in order, on the one stream between them. */
public sealed interface ToTaskManager {
  /** Start a subtask; answered by {@link ToJobManager.TaskStateChanged}. */
  record Deploy(TaskDeployment deployment) implements ToTaskManager {}

  /** Stop a subtask; idempotent; answered by a terminal state also if there is no such subtask. */
  record Cancel(AttemptId attempt) implements ToTaskManager {}

  /** What one subtask is told while it runs; dropped where it does not. */
  sealed interface ToSubtask extends ToTaskManager {
    AttemptId attempt();
  }

  /**
   * Start a checkpoint at a source subtask.
   *
   * @param base see {@link io.millrace.runtime.exchange.ChannelEvent.Barrier}
   */
  record TriggerCheckpoint(
      AttemptId attempt,
      CheckpointId checkpoint,
      boolean savepoint,
      String directory,
      Optional<CheckpointId> base)
      implements ToSubtask {
    /** Without files to share. */
    public TriggerCheckpoint(
        AttemptId attempt, CheckpointId checkpoint, boolean savepoint, String directory) {
      this(attempt, checkpoint, savepoint, directory, Optional.empty());
    }
  }

  /** All up to this checkpoint are complete (invariant CC7). */
  record CheckpointCompleted(AttemptId attempt, CheckpointId checkpoint) implements ToSubtask {}

  /** Nothing of this checkpoint may start any more (invariants BA7, CC5). */
  record CheckpointAborted(AttemptId attempt, CheckpointId checkpoint) implements ToSubtask {}

  /**
   * Splits for a source's reader; {@code sequence} counts the enumerator's messages to this attempt
   * from 1 (S3).
   */
  record AssignSplits(AttemptId attempt, long sequence, List<Blob> splits) implements ToSubtask {
    public AssignSplits {
      splits = List.copyOf(splits);
    }
  }

  record NoMoreSplits(AttemptId attempt, long sequence) implements ToSubtask {}

  /**
   * A source stops reading (stop with savepoint): it ends as if its input ended, without the
   * maximum watermark unless draining.
   */
  record StopSource(AttemptId attempt, boolean drain) implements ToSubtask {}

  /**
   * Read what a keyed state has for a key, between two steps; answered by {@link
   * ToJobManager.StateRead}.
   *
   * @param request number of the question
   * @param uid of the operator
   * @param key in its canonical encoding
   */
  record ReadState(AttemptId attempt, long request, String uid, String state, Blob key)
      implements ToSubtask {}

  /** The job's last checkpoint is complete (or it needs none): finish. */
  record Finish(AttemptId attempt) implements ToSubtask {}

  /**
   * Every subtask of the job here is terminal and none will come: drop its class loader and files.
   */
  record ReleaseJob(JobId job) implements ToTaskManager {}
}

package io.millrace.jobmanager;

import io.millrace.runtime.checkpoint.CheckpointRecord;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.scheduler.ExecutionState;
import io.millrace.runtime.scheduler.FailureEntry;
import io.millrace.runtime.scheduler.JobMachine;
import io.millrace.runtime.scheduler.JobStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the job's thread publishes of its machine after each event; immutable.
 *
 * @param ended milliseconds since the epoch
 * @param checkpoints newest first
 */
record JobSnapshot(
    JobStatus status,
    Optional<String> detail,
    Optional<Long> ended,
    int restarts,
    List<ExecutionState.Placed> attempts,
    List<FailureEntry> failures,
    Checkpoints checkpoints) {

  /** Checkpoints so far; {@code history} newest first. */
  record Checkpoints(
      long completed,
      long failed,
      Optional<CheckpointId> restoredFrom,
      List<CheckpointRecord> history) {}

  static JobSnapshot of(JobMachine machine, Optional<Long> ended) {
    var history = machine.checkpoints().history();
    return new JobSnapshot(
        machine.status(),
        machine.detail(),
        ended,
        machine.restarts(),
        machine.attempts(),
        machine.failures(),
        new Checkpoints(
            history.completedCount(),
            history.failedCount(),
            machine.restoredFrom(),
            history.newestFirst()));
  }

  JobSnapshot broken(TaskFailure cause, long millis) {
    List<FailureEntry> all = new ArrayList<>();
    all.add(
        new FailureEntry(
            millis, cause.summary(), cause.stackTrace(), Optional.empty(), Optional.empty(), true));
    all.addAll(failures);
    return new JobSnapshot(
        JobStatus.FAILED,
        Optional.of(cause.summary()),
        Optional.of(millis),
        restarts,
        List.of(),
        all,
        checkpoints);
  }
}

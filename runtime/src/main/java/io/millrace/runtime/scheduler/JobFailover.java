package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.UnreadableCheckpoint;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager.FailureKind;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.scheduler.JobMachine.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How an execution is stopped before its time, and what follows: a restart, or the job's end. Owned
 * by the job's thread.
 */
final class JobFailover {
  /** What follows when all subtasks have stopped; a later entry replaces an earlier one. */
  private enum Outcome {
    RESTART,
    CANCELED,
    FAILED
  }

  private final JobState state;
  private final RestartBackoff backoff;
  private Outcome outcome = Outcome.RESTART;
  private long restartAtMillis;

  /** Whether what started the failover was no mere consequence of something else. */
  private boolean causeKnown = true;

  JobFailover(JobState state) {
    this.state = state;
    this.backoff = new RestartBackoff(state.graph.restarts(), state.settings.jitter());
  }

  /** All subtasks of an execution run. */
  void onRunning() {
    backoff.onRunning(state.now());
  }

  void failTask(AttemptId attempt, TaskManagerId on, String why) {
    TaskFailure failure =
        new TaskFailure(
            state.graph.vertices().get(attempt.subtask().vertex()).name()
                + " ("
                + attempt
                + "): "
                + why,
            "");
    fail(failure, Optional.of(attempt.subtask()), Optional.of(on));
  }

  /** A failure of no subtask or TaskManager in particular. */
  void fail(TaskFailure failure) {
    fail(failure, Optional.empty(), Optional.empty());
  }

  /** The first failure starts a failover, later ones join it (invariant FO4). */
  void fail(TaskFailure failure, Optional<SubtaskId> subtask, Optional<TaskManagerId> taskManager) {
    if (state.phase() == Phase.STOPPING) {
      join(failure, subtask, taskManager);
      return;
    }
    TaskFailure cause = failure.kind() == FailureKind.UNREADABLE_STATE ? advise(failure) : failure;
    state.record(cause, subtask, taskManager, true);
    causeKnown = cause.kind() != FailureKind.CONSEQUENCE;
    Optional<Duration> delay =
        cause.isPermanent() ? Optional.empty() : backoff.onFailure(state.now());
    boolean committed = state.stoppedWith.isPresent();
    Outcome next = delay.isEmpty() || committed ? Outcome.FAILED : Outcome.RESTART;
    restartAtMillis = state.now() + delay.orElse(Duration.ZERO).toMillis();
    if (committed) {
      failStop(cause.summary());
    }
    stopExecution(next, cause.summary());
  }

  /**
   * What comes while the execution is being stopped. A neighbour in another process may be heard
   * before the subtask whose failure it saw; and a restart is pointless if any of them says so.
   */
  private void join(
      TaskFailure failure, Optional<SubtaskId> subtask, Optional<TaskManagerId> taskManager) {
    boolean forGood = failure.isPermanent() && outcome == Outcome.RESTART;
    boolean root = forGood || (!causeKnown && failure.kind() != FailureKind.CONSEQUENCE);
    if (root) {
      state.failures.demoteRootCause();
      causeKnown = true;
    }
    TaskFailure told = failure.kind() == FailureKind.UNREADABLE_STATE ? advise(failure) : failure;
    state.record(told, subtask, taskManager, root);
    if (forGood) {
      outcome = Outcome.FAILED;
      state.enter(Phase.STOPPING, JobStatus.CANCELLING, told.summary());
    } else if (root && outcome == Outcome.RESTART) {
      state.enter(Phase.STOPPING, JobStatus.RESTARTING, told.summary());
    }
  }

  /** HA4: what the job was restored from is given up by the user, never by the engine. */
  private TaskFailure advise(TaskFailure unreadable) {
    String directory = state.checkpoints.latest().map(CheckpointMetadata::directory).orElse("");
    return new TaskFailure(
        unreadable.summary()
            + ". "
            + UnreadableCheckpoint.remedy(state.checkpoints.retained(), directory),
        unreadable.stackTrace(),
        unreadable.kind());
  }

  /** The last checkpoint has completed while the execution was being stopped. */
  void onLastCheckpointCompleted() {
    if (state.stoppedWith.isPresent()) {
      // The pointer was written while a failure was being handled: see interruptedStop.
      outcome = outcome == Outcome.CANCELED ? Outcome.CANCELED : Outcome.FAILED;
      failStop("a subtask failed");
    }
  }

  private void failStop(String cause) {
    state.stop.ifPresent(
        request -> state.requests.fail(request.requestId(), state.interruptedStop(cause)));
  }

  void cancel() {
    switch (state.phase()) {
      case CREATED, WAITING_FOR_SLOTS, PREPARING, BACKOFF ->
          end(JobStatus.CANCELED, Optional.empty(), true);
      case DEPLOYING, RUNNING, FINISHING -> {
        causeKnown = true;
        stopExecution(Outcome.CANCELED, "the job is cancelled");
      }
      case STOPPING -> {
        if (outcome == Outcome.RESTART) { // FO4: joins the restart under way
          outcome = Outcome.CANCELED;
          state.enter(Phase.STOPPING, JobStatus.CANCELLING, "");
        }
      }
      case ENDED -> throw new IllegalStateException("handled before");
    }
  }

  /** Cancels what runs; {@link #afterStopping} goes on when all of it has ended. */
  private void stopExecution(Outcome next, String why) {
    outcome = next;
    state.enter(
        Phase.STOPPING,
        next == Outcome.RESTART ? JobStatus.RESTARTING : JobStatus.CANCELLING,
        next == Outcome.CANCELED ? "" : why);
    state.act(new JobAction.CancelTimer(state.finalTimer()));
    state.checkpoints.stop(why, state.now());
    if (!state.lastRequested) { // else the savepoint's outcome answers
      state.stop.ifPresent(request -> state.requests.fail(request.requestId(), why));
    }
    state.current.ifPresent(
        execution -> {
          execution.sources().close();
          execution.cancelAll();
        });
  }

  /** In phase STOPPING, after each event. */
  void afterStopping() {
    if (!state.current.map(execution -> execution.attempts().allEnded()).orElse(true)) { // FO2
      return;
    }
    if (outcome != Outcome.CANCELED && !state.checkpoints.isSettled()) {
      return; // CC6: what to restart from, or to keep, is not known yet
    }
    switch (outcome) {
      case RESTART -> {
        state.current = Optional.empty();
        state.stop = Optional.empty();
        state.enter(Phase.BACKOFF, JobStatus.RESTARTING, state.detail().orElse(""));
        state.act(new JobAction.UseSlots(List.of()));
        state.act(
            new JobAction.StartTimer(
                state.restartTimer(),
                Duration.ofMillis(Math.max(0, restartAtMillis - state.now()))));
      }
      case CANCELED -> end(JobStatus.CANCELED, Optional.empty(), true);
      case FAILED ->
          end(JobStatus.FAILED, state.failures.lastRootCause().map(FailureEntry::summary), true);
    }
  }

  /** Nothing runs, and nothing can: the job has failed. */
  void endFailed(TaskFailure cause) {
    state.record(cause, Optional.empty(), Optional.empty(), true);
    end(JobStatus.FAILED, Optional.of(cause.summary()), true);
  }

  /**
   * The terminal status comes before any deletion: recovered in between, the job must not start
   * anew.
   */
  void end(JobStatus last, Optional<String> why, boolean sweep) {
    state.act(new JobAction.CancelTimer(state.restartTimer()));
    state.act(new JobAction.CancelTimer(state.patienceTimer()));
    state.enter(Phase.ENDED, last, why.orElse(""));
    state.act(new JobAction.UseSlots(List.of()));
    state.used.releaseAll();
    if (sweep) {
      boolean keep = last == JobStatus.FAILED; // to start from again
      state.act(new JobAction.SweepFiles(keep ? state.checkpoints.retained() : List.of()));
    }
    state.requests.closeAll("the job is " + last + why.map(text -> ": " + text).orElse(""));
  }
}

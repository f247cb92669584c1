package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointRequest;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import java.util.List;
import java.util.Optional;

/**
 * The life of one job, from its first slot to its last: deployment, failover, checkpoints, sources,
 * stop and cancel. A pure state machine: {@link #on} takes what happened and the time, and returns
 * what is to be done. Owned by the job's thread.
 */
public final class JobMachine {
  /** Where the job is; each event is judged by it. */
  public enum Phase {
    CREATED,
    WAITING_FOR_SLOTS,
    /** The number of the next execution is being stored (invariant CC1). */
    PREPARING,
    DEPLOYING,
    RUNNING,
    /** Everything is committed or nothing needs to be; subtasks are told to finish. */
    FINISHING,
    /** Subtasks are cancelled (invariant FO2); the outcome says what follows. */
    STOPPING,
    BACKOFF,
    ENDED
  }

  private final JobState state;
  private final JobFailover failover;
  private final JobDeployment deployment;
  private final JobCompletion completion;
  private final ExecutionReports reports;

  public JobMachine(JobMachineSettings settings) {
    this.state = new JobState(settings);
    this.failover = new JobFailover(state);
    this.deployment = new JobDeployment(state, failover);
    this.completion = new JobCompletion(state, failover);
    this.reports = new ExecutionReports(state, completion, failover);
  }

  /**
   * Something has happened.
   *
   * @param nowMillis since the epoch, never less than before
   * @return what is to be done, in this order
   */
  public List<JobAction> on(JobEvent event, long nowMillis) {
    state.begin(nowMillis);
    if (state.phase() == Phase.ENDED) {
      afterTheEnd(event);
    } else {
      dispatch(event);
      afterEvent();
    }
    return state.decided();
  }

  private void dispatch(JobEvent event) {
    if (event instanceof JobEvent.FromTaskManager message) {
      reports.fromTaskManager(message.taskManager(), message.message());
    } else if (event instanceof JobEvent.FromEnumerator message) {
      reports.fromEnumerator(message);
    } else if (event instanceof JobEvent.TimerFired fired) {
      onTimer(fired.timer());
    } else if (event instanceof JobEvent.MetadataWritten written) {
      state.checkpoints.onMetadataWritten(written.checkpoint(), state.now());
    } else if (event instanceof JobEvent.MetadataFailed failed) {
      state.checkpoints.onMetadataFailed(failed.checkpoint(), failed.cause(), state.now());
    } else if (event instanceof JobEvent.PointerWritten written) {
      state.checkpoints.onPointerWritten(written.checkpoint(), state.now());
    } else if (event instanceof JobEvent.PointerFailed failed) {
      state.checkpoints.onPointerFailed(failed.checkpoint(), failed.cause(), state.now());
    } else if (event instanceof JobEvent.PointerUnknown unknown) {
      state.checkpoints.onPointerUnknown(unknown.checkpoint());
    } else if (event instanceof JobEvent.CountersStored stored) {
      deployment.onCountersStored(stored.counters());
    } else if (event instanceof JobEvent.CountersFailed failed) {
      deployment.onCountersFailed(failed.counters(), failed.cause());
    } else if (event instanceof JobEvent.SlotsChanged changed) {
      deployment.onSlotsChanged(changed.slots());
    } else if (event instanceof JobEvent.TaskManagerLost lost) {
      deployment.onTaskManagerLost(lost.taskManager());
      reports.onTaskManagerLost(lost.taskManager(), lost.reason());
    } else if (event instanceof JobEvent.CancelRequested cancel) {
      state.requests.openCancel(cancel.requestId());
      failover.cancel();
    } else if (event instanceof JobEvent.SavepointRequested savepoint) {
      state.requests.open(savepoint.requestId());
      state.checkpoints.request(
          CheckpointRequest.savepoint(
              CheckpointKind.SAVEPOINT, savepoint.requestId(), savepoint.directory()),
          state.now());
    } else if (event instanceof JobEvent.StopRequested request) {
      state.requests.open(request.requestId());
      completion.onStopRequested(request);
    } else if (event instanceof JobEvent.JobStarted started) {
      deployment.onStarted(started);
    } else if (event instanceof JobEvent.RecoveryFailed failed) {
      state.requirePhase(Phase.CREATED, event);
      state.record(failed.cause(), Optional.empty(), Optional.empty(), true);
      failover.end(JobStatus.FAILED, Optional.of(failed.cause().summary()), false); // HA4
    } else {
      throw new IllegalStateException("Unknown event " + event);
    }
  }

  private void afterEvent() {
    state.takeCoordinatorFailure().ifPresent(why -> failover.fail(new TaskFailure(why, "")));
    if (state.takeLastCompleted()) {
      completion.onLastCheckpointCompleted();
    }
    if (state.phase() == Phase.STOPPING) {
      failover.afterStopping();
    }
  }

  /** Nothing is left to be done for the job, but requests want answers and zombies an end. */
  private void afterTheEnd(JobEvent event) {
    if (event instanceof JobEvent.CancelRequested cancel) {
      state.requests.openCancel(cancel.requestId());
      state.requests.closeAll("");
    } else if (event instanceof JobEvent.SavepointRequested savepoint) {
      state.requests.open(savepoint.requestId());
      state.requests.closeAll("the job is " + state.status());
    } else if (event instanceof JobEvent.StopRequested request) {
      state.requests.open(request.requestId());
      state.requests.closeAll("the job is " + state.status());
    } else if (event instanceof JobEvent.FromTaskManager message
        && message.message() instanceof ToJobManager.Register register) {
      reports.cancelZombies(register);
    }
  }

  private void onTimer(JobTimer timer) {
    switch (timer.kind()) {
      case RESTART -> deployment.onRestartDue(timer.id());
      case SLOT_PATIENCE -> deployment.onPatienceOver(timer.id());
      case CHECKPOINT_DUE -> state.checkpoints.onDue(state.now());
      case CHECKPOINT_TIMEOUT ->
          state.checkpoints.onTimeout(new CheckpointId(timer.id()), state.now());
      case POINTER_RETRY -> state.checkpoints.onPointerRetry(new CheckpointId(timer.id()));
      case FINAL_CHECKPOINT -> completion.onFinalCheckpointDue(timer.id());
    }
  }

  // ---- views; for the job's thread

  public Phase phase() {
    return state.phase();
  }

  public JobStatus status() {
    return state.status();
  }

  /** Why it has this status, or what it waits for. */
  public Optional<String> detail() {
    return state.detail();
  }

  /** How often it was deployed again since this JobManager took it. */
  public int restarts() {
    return deployment.restarts();
  }

  /** The subtasks of the execution under way, by vertex and subtask; empty if there is none. */
  public List<ExecutionState.Placed> attempts() {
    return state.current.map(execution -> execution.attempts().attempts()).orElse(List.of());
  }

  /** Newest first, a bounded number. */
  public List<FailureEntry> failures() {
    return state.failures.newestFirst();
  }

  /** The checkpoint the latest execution started from. */
  public Optional<CheckpointId> restoredFrom() {
    return deployment.restoredFrom();
  }

  /** To be read only. */
  public CheckpointCoordinator checkpoints() {
    return state.checkpoints;
  }

  /** To be read only: what readers were assigned, by vertex. */
  public Optional<SplitTracker> splits(int vertex) {
    return state.current.flatMap(execution -> execution.sources().tracker(vertex));
  }
}

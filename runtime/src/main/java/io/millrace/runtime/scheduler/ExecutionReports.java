package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.JobMachine.Phase;
import java.util.List;
import java.util.Optional;

/**
 * What TaskManagers and enumerators say of the execution under way; what is said of a former one,
 * or by others than those it runs on, counts nothing. Owned by the job's thread.
 */
final class ExecutionReports {
  private final JobState state;
  private final JobCompletion completion;
  private final JobFailover failover;

  ExecutionReports(JobState state, JobCompletion completion, JobFailover failover) {
    this.state = state;
    this.completion = completion;
    this.failover = failover;
  }

  void fromTaskManager(TaskManagerId from, ToJobManager message) {
    if (message instanceof ToJobManager.TaskStateChanged changed) {
      onTaskState(from, changed);
    } else if (message instanceof ToJobManager.AckCheckpoint ack) {
      state.checkpoints.onAck(ack.attempt(), ack.checkpoint(), ack.state(), ack.timings());
    } else if (message instanceof ToJobManager.DeclineCheckpoint decline) {
      state.checkpoints.onDecline(
          decline.attempt(), decline.checkpoint(), decline.reason(), state.now());
    } else if (message instanceof ToJobManager.ReaderOpened opened) {
      state
          .execution(opened.attempt(), from)
          .ifPresent(execution -> execution.sources().onReaderOpened(opened.attempt()));
    } else if (message instanceof ToJobManager.SplitRequested request) {
      state
          .execution(request.attempt(), from)
          .ifPresent(execution -> execution.sources().onSplitRequested(request.attempt()));
    } else if (message instanceof ToJobManager.SplitsReceived received) {
      state
          .execution(received.attempt(), from)
          .ifPresent(
              execution -> {
                execution.sources().onReceived(received.attempt(), received.sequence());
                state.checkpoints.onReaderCaughtUp();
              });
    } else if (message instanceof ToJobManager.Register register) {
      onReconnected(register);
    }
  }

  private void onTaskState(TaskManagerId from, ToJobManager.TaskStateChanged changed) {
    RunningExecution execution = state.execution(changed.attempt(), from).orElse(null);
    if (execution == null || !execution.attempts().update(changed.attempt(), changed.state())) {
      return;
    }
    if (state.phase() == Phase.STOPPING) {
      changed
          .failure()
          .ifPresent(
              failure ->
                  failover.fail(
                      failure, Optional.of(changed.attempt().subtask()), Optional.of(from)));
      return;
    }
    switch (changed.state()) {
      case DEPLOYING -> {}
      case RUNNING, END_OF_DATA -> completion.onProgress(execution);
      case FINISHED -> {
        if (state.phase() != Phase.FINISHING) {
          failover.failTask(changed.attempt(), from, "it ended without being told to");
        } else if (execution.attempts().all(attempt -> attempt == TaskState.FINISHED)) {
          completion.onFinished();
        }
      }
      case CANCELED -> failover.failTask(changed.attempt(), from, "its TaskManager cancelled it");
      case FAILED -> {
        TaskFailure failure =
            changed
                .failure()
                .orElse(new TaskFailure("Subtask " + changed.attempt() + " failed", ""));
        failover.fail(failure, Optional.of(changed.attempt().subtask()), Optional.of(from));
      }
    }
  }

  /**
   * A TaskManager's connection is a new one: whether it has missed something can't be known, so its
   * attempts have failed (invariants FC14, SL2).
   */
  private void onReconnected(ToJobManager.Register register) {
    cancelZombies(register);
    RunningExecution execution = state.current.orElse(null);
    if (execution == null) {
      return;
    }
    TaskManagerId from = register.taskManager();
    boolean concerned =
        execution.attempts().attempts().stream()
            .anyMatch(placed -> placed.taskManager().equals(from) && !placed.state().isTerminal());
    execution.attempts().loseAllBut(from, register.running());
    if (concerned && state.phase() != Phase.STOPPING) {
      String why = "TaskManager " + from + " has reconnected: what it was told meanwhile is lost";
      failover.fail(new TaskFailure(why, ""), Optional.empty(), Optional.of(from));
    } else if (concerned) {
      execution.cancelOn(from);
    }
  }

  /** Attempts that run there, but are no part of the current execution. */
  void cancelZombies(ToJobManager.Register register) {
    for (AttemptId attempt : register.running()) {
      if (attempt.job().equals(state.job())
          && (state.phase() == Phase.ENDED
              || state.execution(attempt, register.taskManager()).isEmpty())) {
        state.act(new JobAction.Send(register.taskManager(), new ToTaskManager.Cancel(attempt)));
      }
    }
  }

  void onTaskManagerLost(TaskManagerId lost, String reason) {
    List<AttemptId> attempts =
        state.current.map(execution -> execution.attempts().lose(lost)).orElse(List.of());
    state.used.lose(lost);
    if (attempts.isEmpty()) {
      return;
    }
    String why =
        "TaskManager " + lost + " was lost with " + attempts.size() + " subtasks: " + reason;
    failover.fail(new TaskFailure(why, ""), Optional.empty(), Optional.of(lost));
  }

  void fromEnumerator(JobEvent.FromEnumerator event) {
    RunningExecution execution =
        state
            .current
            .filter(running -> running.number() == event.execution())
            .filter(running -> running.sources().tracker(event.vertex()).isPresent())
            .orElse(null);
    if (execution == null) {
      return;
    }
    if (event instanceof JobEvent.EnumeratorSnapshot snapshot) {
      if (state.checkpoints.expectsEnumerator(event.vertex(), snapshot.checkpoint())) { // CC5
        EnumeratorState of =
            execution.sources().onSnapshot(event.vertex(), snapshot.checkpoint(), snapshot.state());
        state.checkpoints.onEnumeratorSnapshot(event.vertex(), snapshot.checkpoint(), of);
      }
    } else if (event instanceof JobEvent.EnumeratorFailed failed) { // S5
      failover.fail(failed.cause());
    } else {
      execution
          .sources()
          .onEnumerator(event)
          .ifPresent(
              why ->
                  failover.fail(
                      new TaskFailure(
                          state.graph.vertices().get(event.vertex()).name() + ": " + why, "")));
    }
  }
}

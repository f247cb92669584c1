package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointRequest;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.JobMachine.Phase;
import java.util.Optional;

/**
 * The way of an execution to its end: all subtasks run, all have processed their input, the last
 * checkpoint commits what that led to, all finish. Owned by the job's thread.
 */
final class JobCompletion {
  private final JobState state;
  private final JobFailover failover;

  JobCompletion(JobState state, JobFailover failover) {
    this.state = state;
    this.failover = failover;
  }

  void onProgress(RunningExecution execution) {
    if (state.phase() == Phase.DEPLOYING && execution.attempts().allStarted()) {
      state.enter(Phase.RUNNING, JobStatus.RUNNING, state.detail().orElse(""));
      failover.onRunning();
      state.checkpoints.start(execution.participants(), state.now());
    }
    if (state.phase() == Phase.RUNNING
        && !state.lastRequested
        && execution.attempts().all(attempt -> attempt == TaskState.END_OF_DATA)) {
      onEndOfData(execution);
    }
  }

  /** All input was processed and flushed: what it led to is committed before the job ends. */
  private void onEndOfData(RunningExecution execution) {
    state.lastRequested = true;
    if (state.stop.isPresent()) {
      JobEvent.StopRequested stop = state.stop.get();
      state.checkpoints.request(
          CheckpointRequest.savepoint(
              CheckpointKind.STOP_SAVEPOINT, stop.requestId(), stop.directory()),
          state.now());
    } else if (state.graph.hasTransactionalSink()
        || state.graph.checkpoints().interval().isPresent()) {
      state.checkpoints.request(CheckpointRequest.FINAL, state.now()); // CC13
    } else {
      state.checkpoints.stop("the job is finishing", state.now());
      finish(execution);
    }
  }

  /** The final checkpoint of the execution of this number has failed a while ago. */
  void onFinalCheckpointDue(long execution) {
    if (state.phase() == Phase.RUNNING && state.lastRequested && execution == state.number) {
      state.checkpoints.request(CheckpointRequest.FINAL, state.now());
    }
  }

  void onLastCheckpointCompleted() {
    if (state.phase() == Phase.RUNNING) {
      state.current.ifPresent(this::finish);
    } else {
      failover.onLastCheckpointCompleted();
    }
  }

  private void finish(RunningExecution execution) {
    state.enter(Phase.FINISHING, state.status(), state.detail().orElse(""));
    execution.sendToAll(ToTaskManager.Finish::new);
  }

  void onFinished() {
    state.stop.ifPresent(
        request ->
            state.stoppedWith.ifPresent(
                savepoint -> state.requests.succeed(request.requestId(), savepoint.directory())));
    failover.end(JobStatus.FINISHED, Optional.empty(), true);
  }

  void onStopRequested(JobEvent.StopRequested request) {
    Phase phase = state.phase();
    if (phase != Phase.RUNNING || state.lastRequested || state.stop.isPresent()) {
      String why =
          state.stop.isPresent() && phase == Phase.RUNNING
              ? "the job is being stopped already"
              : phase == Phase.RUNNING || phase == Phase.FINISHING
                  ? "the job is finishing"
                  : "the job is " + state.status() + "; try again when it is RUNNING";
      state.requests.fail(request.requestId(), why);
      return;
    }
    state.stop = Optional.of(request);
    RunningExecution execution = state.current.orElseThrow();
    execution.sendToSources(attempt -> new ToTaskManager.StopSource(attempt, request.drain()));
    onProgress(execution);
  }
}

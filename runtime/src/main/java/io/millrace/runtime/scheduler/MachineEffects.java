package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointEffects;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointRequest;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToTaskManager;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Turns what the checkpoint coordinator decides into the job's actions. */
final class MachineEffects implements CheckpointEffects {
  private final JobState state;

  MachineEffects(JobState state) {
    this.state = state;
  }

  @Override
  public CheckpointId reserveId() {
    return state.reserveCheckpoint();
  }

  @Override
  public void snapshotEnumerators(CheckpointId checkpoint) {
    state.running().ifPresent(run -> run.sources().snapshotEnumerators(checkpoint));
  }

  @Override
  public boolean allSplitsReceived() {
    return state.running().map(run -> run.sources().allReceived()).orElse(false);
  }

  @Override
  public void trigger(
      CheckpointId checkpoint, boolean savepoint, String directory, Optional<CheckpointId> base) {
    state
        .running()
        .ifPresent(
            run -> {
              run.sendToSources(
                  attempt ->
                      new ToTaskManager.TriggerCheckpoint(
                          attempt, checkpoint, savepoint, directory, base));
              run.sources().release();
            });
  }

  @Override
  public void writeMetadata(CheckpointMetadata metadata) {
    state.act(new JobAction.WriteMetadata(metadata));
  }

  @Override
  public void writePointer(CheckpointId checkpoint, List<RetainedCheckpoint> retained) {
    state.act(new JobAction.WritePointer(checkpoint, retained));
  }

  @Override
  public void completed(CheckpointMetadata metadata, CheckpointRequest request) {
    if (request.kind().isRegistered()) {
      state
          .running()
          .ifPresent(
              run -> {
                run.sendToAll(
                    attempt -> new ToTaskManager.CheckpointCompleted(attempt, metadata.id()));
                run.sources().onCompleted(metadata.id());
              });
    }
    if (request.kind().isLast()) {
      state.onLastCheckpoint(metadata);
    } else {
      request.requestId().ifPresent(id -> state.requests.succeed(id, metadata.directory()));
    }
  }

  @Override
  public void aborted(
      CheckpointId checkpoint, CheckpointRequest request, boolean triggered, String why) {
    state
        .running()
        .ifPresent(
            run -> {
              if (triggered) {
                run.sendToAll(attempt -> new ToTaskManager.CheckpointAborted(attempt, checkpoint));
              }
              run.sources().release();
              if (request.kind() == CheckpointKind.STOP_SAVEPOINT) {
                // The sources have ended already: only a restart lets them read on.
                state.onCoordinatorFailure("Stop with savepoint failed: " + why);
              }
            });
    request.requestId().ifPresent(id -> state.requests.fail(id, why));
  }

  @Override
  public void refused(CheckpointRequest request, String why) {
    request.requestId().ifPresent(id -> state.requests.fail(id, why));
  }

  @Override
  public void tooManyFailures(String why) {
    state.onCoordinatorFailure(why);
  }

  @Override
  public void delete(RetainedCheckpoint checkpoint) {
    state.act(new JobAction.DeleteCheckpoint(checkpoint));
  }

  @Override
  public void discard(List<String> paths) {
    state.act(new JobAction.DiscardState(paths));
  }

  @Override
  public void collectShared(List<RetainedCheckpoint> retained, CheckpointId upTo) {
    state.act(new JobAction.CollectShared(retained, upTo));
  }

  @Override
  public void scheduleNext(Duration delay) {
    state.act(new JobAction.StartTimer(DUE, delay));
  }

  @Override
  public void cancelNext() {
    state.act(new JobAction.CancelTimer(DUE));
  }

  @Override
  public void scheduleFinal(Duration delay) {
    state.act(new JobAction.StartTimer(state.finalTimer(), delay));
  }

  @Override
  public void scheduleTimeout(CheckpointId checkpoint, Duration delay) {
    state.act(new JobAction.StartTimer(timeout(checkpoint), delay));
  }

  @Override
  public void cancelTimeout(CheckpointId checkpoint) {
    state.act(new JobAction.CancelTimer(timeout(checkpoint)));
  }

  @Override
  public void schedulePointerRetry(CheckpointId checkpoint, Duration delay) {
    state.act(
        new JobAction.StartTimer(
            new JobTimer(JobTimer.Kind.POINTER_RETRY, checkpoint.value()), delay));
  }

  private static final JobTimer DUE = new JobTimer(JobTimer.Kind.CHECKPOINT_DUE, 0);

  private static JobTimer timeout(CheckpointId checkpoint) {
    return new JobTimer(JobTimer.Kind.CHECKPOINT_TIMEOUT, checkpoint.value());
  }
}

package io.millrace.testkit.simulation;

import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointEffects;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointPaths;
import io.millrace.runtime.checkpoint.CheckpointRequest;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.checkpoint.PointerOutcome;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.SubtaskId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The coordinator's decisions in a {@link StorageModel}, carried out with delay. */
final class StorageEffects implements CheckpointEffects {
  private final StorageModel model;

  StorageEffects(StorageModel model) {
    this.model = model;
  }

  @Override
  public CheckpointId reserveId() {
    long id = model.nextCheckpoint++;
    CheckpointCoordinator asking = model.coordinator;
    model.storage.add(
        () -> {
          model.store.writeCounters(StorageModel.JOB, id + 1, model.execution);
          asking.onCounterStored(id + 1);
        });
    return new CheckpointId(id);
  }

  @Override
  public void snapshotEnumerators(CheckpointId checkpoint) {}

  @Override
  public boolean allSplitsReceived() {
    return true;
  }

  @Override
  public void trigger(
      CheckpointId checkpoint, boolean savepoint, String path, Optional<CheckpointId> base) {
    for (int i = 0; i < 2; i++) {
      acknowledge(
          new AttemptId(new SubtaskId(StorageModel.JOB, 0, i), model.execution), checkpoint);
    }
    for (StorageWorker worker : model.workers) {
      if (savepoint) {
        acknowledge(worker.attempt(), checkpoint);
      } else {
        worker.take(checkpoint, path, base);
      }
    }
  }

  private void acknowledge(AttemptId attempt, CheckpointId checkpoint) {
    model.uploads.add(
        () -> model.coordinator.onAck(attempt, checkpoint, Map.of(), CheckpointTimings.NONE));
  }

  @Override
  public void writeMetadata(CheckpointMetadata metadata) {
    CheckpointCoordinator asking = model.coordinator;
    model.storage.add(
        () -> {
          model.store.writeMetadata(metadata);
          asking.onMetadataWritten(metadata.id(), 0);
        });
  }

  @Override
  public void writePointer(CheckpointId checkpoint, List<RetainedCheckpoint> retained) {
    CheckpointCoordinator asking = model.coordinator;
    int outcome = model.random.nextInt(8);
    model.storage.add(
        () -> {
          if (outcome == 0) {
            asking.onPointerFailed(checkpoint, "the disk", 0);
            return;
          }
          if (!(model.store.writePointer(StorageModel.JOB, retained)
              instanceof PointerOutcome.Written)) {
            throw new IllegalStateException("memory failed");
          }
          if (outcome == 1) {
            asking.onPointerUnknown(checkpoint);
          } else {
            asking.onPointerWritten(checkpoint, 0);
          }
        });
  }

  @Override
  public void completed(CheckpointMetadata metadata, CheckpointRequest request) {
    model.completed++;
    if (metadata.savepoint()) {
      model.savepoints.add(CheckpointPaths.metadata(metadata.directory()));
    }
  }

  @Override
  public void aborted(
      CheckpointId checkpoint, CheckpointRequest request, boolean triggered, String why) {}

  @Override
  public void refused(CheckpointRequest request, String why) {}

  @Override
  public void tooManyFailures(String why) {}

  @Override
  public void delete(RetainedCheckpoint checkpoint) {
    model.storage.add(() -> model.store.delete(checkpoint));
  }

  @Override
  public void discard(List<String> paths) {
    model.storage.add(() -> model.store.discard(StorageModel.JOB, paths));
  }

  @Override
  public void collectShared(List<RetainedCheckpoint> retained, CheckpointId upTo) {
    model.storage.add(() -> model.store.collectShared(StorageModel.JOB, retained, upTo));
  }

  @Override
  public void scheduleNext(Duration delay) {}

  @Override
  public void cancelNext() {}

  @Override
  public void scheduleFinal(Duration delay) {}

  @Override
  public void scheduleTimeout(CheckpointId checkpoint, Duration delay) {}

  @Override
  public void cancelTimeout(CheckpointId checkpoint) {}

  @Override
  public void schedulePointerRetry(CheckpointId checkpoint, Duration delay) {
    CheckpointCoordinator asking = model.coordinator;
    model.storage.add(() -> asking.onPointerRetry(checkpoint));
  }
}

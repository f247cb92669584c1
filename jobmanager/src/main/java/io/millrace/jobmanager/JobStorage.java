package io.millrace.jobmanager;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.checkpoint.PointerOutcome;
import io.millrace.runtime.checkpoint.RecoveredCheckpoints;
import io.millrace.runtime.faults.FailPoint;
import io.millrace.runtime.faults.FailPoints;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.scheduler.JobAction;
import io.millrace.runtime.scheduler.JobCounters;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.SlotOffer;
import io.millrace.runtime.scheduler.StoredJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one job's storage actions, one after another on a serial executor that may block, and
 * posts their outcomes.
 */
final class JobStorage {
  private static final Logger LOG = LoggerFactory.getLogger(JobStorage.class);
  private static final int TRIES = 3;

  private final JobId job;
  private final JobServices.Storage stores;
  private final Executor serial;
  private final Consumer<JobEvent> post;

  /** Owned by the serial executor. */
  private boolean endStored;

  JobStorage(JobId job, JobServices.Storage stores, Executor serial, Consumer<JobEvent> post) {
    this.job = job;
    this.stores = stores;
    this.serial = serial;
    this.post = post;
  }

  /** Posts the job's first event: what it goes on from, or that this cannot be read (HA4). */
  void recover(StoredJob stored, Supplier<List<SlotOffer>> slots) {
    serial.execute(
        () -> {
          try {
            checkpoints().finishDeletions(job);
            RecoveredCheckpoints found = checkpoints().recover(job);
            Optional<CheckpointMetadata> from = found.latest();
            if (from.isEmpty() && stored.startFrom().isPresent()) {
              from = Optional.of(checkpoints().readMetadata(stored.startFrom().get()));
            }
            post.accept(
                new JobEvent.JobStarted(
                    slots.get(),
                    new JobCounters(found.nextCheckpoint(), found.nextExecution()),
                    found.retained(),
                    from));
          } catch (IOException | RuntimeException e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            post.accept(
                new JobEvent.RecoveryFailed(
                    new TaskFailure(
                        "What the job was to start from cannot be read: " + e.getMessage(),
                        trace.toString())));
          }
        });
  }

  /** False if the action is not about storage. */
  boolean perform(JobAction action) {
    if (action instanceof JobAction.StoreCounters store) {
      serial.execute(() -> storeCounters(store.counters()));
    } else if (action instanceof JobAction.WriteMetadata write) {
      serial.execute(() -> writeMetadata(write.metadata()));
    } else if (action instanceof JobAction.WritePointer write) {
      serial.execute(() -> writePointer(write));
    } else if (action instanceof JobAction.DeleteCheckpoint delete) {
      serial.execute(
          () ->
              clean(
                  "checkpoint " + delete.checkpoint().id(),
                  () -> checkpoints().delete(delete.checkpoint())));
    } else if (action instanceof JobAction.DiscardState discard) {
      serial.execute(() -> clean("late state", () -> checkpoints().discard(job, discard.paths())));
    } else if (action instanceof JobAction.CollectShared collect) {
      serial.execute(
          () ->
              clean(
                  "shared files",
                  () -> checkpoints().collectShared(job, collect.retained(), collect.upTo())));
    } else if (action instanceof JobAction.SweepFiles sweep) {
      serial.execute(() -> sweep(sweep));
    } else {
      return false;
    }
    return true;
  }

  /** Makes the end durable, before anything is deleted. */
  void end(StoredJob.Ending ending) {
    serial.execute(
        () -> {
          for (int i = 0; i < TRIES && !endStored; i++) {
            try {
              stores.jobs().end(job, ending);
              endStored = true;
            } catch (IOException e) {
              LOG.error(
                  "That job {} is {} could not be stored; a restarted JobManager would run it"
                      + " again",
                  job,
                  ending.status(),
                  e);
            }
          }
        });
  }

  /** Runs the task when all before it is done. */
  void afterAll(Runnable task) {
    serial.execute(task);
  }

  private void storeCounters(JobCounters counters) {
    try {
      checkpoints().writeCounters(job, counters.nextCheckpoint(), counters.nextExecution());
      post.accept(new JobEvent.CountersStored(counters));
    } catch (IOException | RuntimeException e) {
      LOG.warn("Could not store the counters of job {}", job, e);
      post.accept(new JobEvent.CountersFailed(counters, String.valueOf(e.getMessage())));
    }
  }

  private void writeMetadata(CheckpointMetadata metadata) {
    FailPoints.hit(FailPoint.AFTER_ACKS_BEFORE_METADATA);
    try {
      checkpoints().writeMetadata(metadata);
      post.accept(new JobEvent.MetadataWritten(metadata.id()));
    } catch (IOException | RuntimeException e) {
      LOG.warn("Could not write checkpoint {} of job {}", metadata.id(), job, e);
      post.accept(new JobEvent.MetadataFailed(metadata.id(), String.valueOf(e.getMessage())));
    }
  }

  private void writePointer(JobAction.WritePointer write) {
    PointerOutcome outcome;
    try {
      outcome = checkpoints().writePointer(job, write.retained());
    } catch (CorruptDataException | IllegalArgumentException e) {
      outcome = new PointerOutcome.Failed(new IOException(e));
    }
    if (outcome instanceof PointerOutcome.Written) {
      FailPoints.hit(FailPoint.AFTER_POINTER_BEFORE_NOTIFY);
      post.accept(new JobEvent.PointerWritten(write.checkpoint()));
    } else if (outcome instanceof PointerOutcome.Failed failed) {
      LOG.warn(
          "Could not point to checkpoint {} of job {}", write.checkpoint(), job, failed.cause());
      post.accept(
          new JobEvent.PointerFailed(
              write.checkpoint(), String.valueOf(failed.cause().getMessage())));
    } else if (outcome instanceof PointerOutcome.Unknown unknown) {
      LOG.warn(
          "Whether job {} points to checkpoint {} is unknown",
          job,
          write.checkpoint(),
          unknown.cause());
      post.accept(
          new JobEvent.PointerUnknown(
              write.checkpoint(), String.valueOf(unknown.cause().getMessage())));
    }
  }

  private void sweep(JobAction.SweepFiles sweep) {
    if (endStored) { // HA2: else a restarted JobManager wants these files
      clean("files", () -> checkpoints().sweep(job, sweep.keep()));
    }
  }

  /** Deletion that fails is tried again; what is left then is found by the next sweep. */
  private void clean(String what, Cleaning cleaning) {
    for (int i = 1; i <= TRIES; i++) {
      try {
        cleaning.run();
        return;
      } catch (IOException | RuntimeException e) {
        if (i == TRIES) {
          LOG.warn("Could not delete {} of job {}", what, job, e);
        }
      }
    }
  }

  private CheckpointStore checkpoints() {
    return stores.checkpoints();
  }

  /** Deletes something. */
  @FunctionalInterface
  private interface Cleaning {
    void run() throws IOException;
  }
}

package io.millrace.jobmanager;

import io.millrace.jobmanager.enumerator.EnumeratorSettings;
import io.millrace.jobmanager.enumerator.EnumeratorThreads;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.scheduler.JobStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What the jobs of a JobManager share.
 *
 * @param loaders of the jobs' jars, for their split enumerators
 */
public record JobServices(
    Storage storage, JobClassLoaders loaders, Threads threads, Clocks clocks, Rules rules) {

  /**
   * Where jobs are kept.
   *
   * @param jobs what must survive the JobManager
   * @param location of the checkpoint store, for people: savepoints are named below it
   * @param scratch directory for what is needed for moments; best on the disk of the checkpoints
   */
  public record Storage(
      JobStore jobs, CheckpointStore checkpoints, String location, Path scratch) {}

  /** Makes and holds threads. */
  public interface Threads {
    /** The one thread of a job. */
    ScheduledExecutorService job(JobId job);

    EnumeratorThreads enumerators(JobId job);

    /** For storage, which blocks. */
    Executor io();
  }

  /**
   * The time.
   *
   * @param millis since the epoch
   * @param nanos monotone
   */
  public record Clocks(LongSupplier millis, LongSupplier nanos) {}

  /**
   * How jobs are treated.
   *
   * @param slotPatience how long a job waits for more slots before it runs smaller
   * @param jitter random numbers from 0 to 1
   * @param savepoints directory for savepoints that name none; empty for the job's own
   */
  public record Rules(
      Duration slotPatience,
      DoubleSupplier jitter,
      Optional<String> savepoints,
      EnumeratorSettings enumerators) {}
}

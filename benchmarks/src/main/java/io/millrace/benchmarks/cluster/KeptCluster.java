package io.millrace.benchmarks.cluster;

import io.millrace.jobmanager.JobView;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.submit.JobHandle;
import java.util.concurrent.Callable;

/** A cluster that stays up over many runs. Used by one thread. */
public interface KeptCluster extends AutoCloseable {
  /** Starts a job; returns when it was taken. */
  JobHandle submit(JobGraph graph);

  /** The job as the JobManager sees it: as of the latest heartbeats. */
  JobView view(JobId job);

  /** Collects garbage in all its processes, so that a run pays for its own alone. */
  void collectGarbage() throws Exception;

  /** What all its processes have used up so far. */
  Usage usage() throws Exception;

  /**
   * Kills a process that runs subtasks, as {@code kill -9} does, and starts another.
   *
   * @return when that was, by {@link System#nanoTime}
   */
  long killTaskManager() throws Exception;

  /** Runs a program whose jobs are to run here. */
  default <R> R call(Callable<R> program) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new KeptClusterRunner.Loader(before, this));
    try {
      return program.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  void close();
}

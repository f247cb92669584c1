package io.millrace.runtime.submit;

import io.millrace.core.config.Configuration;
import io.millrace.runtime.graph.JobGraph;

/**
 * Somebody who runs jobs: the submission in progress ({@code millrace run}), a remote cluster, the
 * cluster inside this process. Found by {@link JobRunners} through {@link java.util.ServiceLoader},
 * so that APIs need not know the client. Made anew for each look-up: keeps no state between calls.
 */
public interface JobRunner {
  /** The submission in progress, whatever else is there. */
  int SUBMISSION = 300;

  /** A remote cluster, if one is configured. */
  int REMOTE = 200;

  /** The cluster inside this process: always there. */
  int IN_PROCESS = 100;

  /** For messages: "the in-process cluster". */
  String name();

  /** The active one with the largest number runs the job. */
  int priority();

  /** Whether it can take jobs of the calling thread's program. */
  boolean isActive(Configuration configuration);

  /** Parallelism of operators that set none; asked before the job graph is made. At least 1. */
  int defaultParallelism(Configuration configuration);

  /**
   * Starts a job; returns when it was taken.
   *
   * @throws JobSubmissionException if it was not, with the remedy
   */
  JobHandle submit(JobGraph graph, RunSettings settings);
}

package io.millrace.client.run;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.RunSettings;

/** Where the jobs go of a program that is run here. Safe for use by any of its threads. */
interface JobTarget {
  /** Of operators that set none. */
  int parallelism();

  JobHandle submit(JobGraph graph, RunSettings settings);

  /** Whether the program has brought a job. */
  boolean hasJobs();
}

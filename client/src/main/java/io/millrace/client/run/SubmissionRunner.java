package io.millrace.client.run;

import io.millrace.client.ClusterException;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ExecutionOptions;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobRunner;
import io.millrace.runtime.submit.JobSubmissionException;
import io.millrace.runtime.submit.RunSettings;

/** Takes the jobs of a program that {@code millrace run} runs. */
public final class SubmissionRunner implements JobRunner {
  @Override
  public String name() {
    return "the submission in progress";
  }

  @Override
  public int priority() {
    return SUBMISSION;
  }

  @Override
  public boolean isActive(Configuration configuration) {
    return SubmissionClassLoader.current().isPresent();
  }

  @Override
  public int defaultParallelism(Configuration configuration) {
    int configured = configuration.get(ExecutionOptions.PARALLELISM);
    return configured > 0 ? configured : current().parallelism();
  }

  @Override
  public JobHandle submit(JobGraph graph, RunSettings settings) {
    try {
      return current().submit(graph, settings);
    } catch (ClusterException e) {
      throw new JobSubmissionException(
          "The cluster did not take job '"
              + graph.name()
              + "': "
              + e.getMessage()
              + (e.remedy().isEmpty() ? "" : ". " + e.remedy()),
          e);
    }
  }

  private static JobTarget current() {
    return SubmissionClassLoader.current()
        .orElseThrow(() -> new IllegalStateException("No submission is in progress here"));
  }
}

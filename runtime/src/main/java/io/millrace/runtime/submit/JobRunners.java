package io.millrace.runtime.submit;

import io.millrace.core.config.Configuration;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** Finds who runs a program's jobs. */
public final class JobRunners {
  private JobRunners() {}

  /**
   * The active runner of highest priority, seen from the calling thread: the submission in
   * progress, else a configured remote cluster, else the in-process one.
   *
   * @throws JobSubmissionException if there is none, naming the artifact that brings one
   */
  public static JobRunner find(Configuration configuration) {
    List<JobRunner> all = load(Thread.currentThread().getContextClassLoader());
    if (all.isEmpty()) {
      // A thread of a foreign pool may have a context class loader that knows nothing of us.
      all = load(JobRunners.class.getClassLoader());
    }
    return all.stream()
        .filter(runner -> runner.isActive(configuration))
        .max(Comparator.comparingInt(JobRunner::priority).thenComparing(JobRunner::name))
        .orElseThrow(
            () ->
                new JobSubmissionException(
                    "Nothing here can run a job: add the artifact io.millrace:client to the "
                        + "program's class path (it brings the in-process cluster), or submit the "
                        + "program's jar with 'millrace run'"));
  }

  private static List<JobRunner> load(ClassLoader loader) {
    return ServiceLoader.load(JobRunner.class, loader).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }
}

package io.millrace.client.run;

import io.millrace.runtime.classloading.JobClassLoader;
import java.net.URL;
import java.util.List;
import java.util.Optional;

/**
 * Loads a program that is being run here. It also says where its jobs go: being the context class
 * loader of the program's threads, it needs no static field to do so.
 */
final class SubmissionClassLoader extends JobClassLoader {
  private final JobTarget target;

  SubmissionClassLoader(String name, List<URL> jars, ClassLoader parent, JobTarget target) {
    super(name, jars, parent);
    this.target = target;
  }

  /** Where the jobs of the calling thread's program go. */
  static Optional<JobTarget> current() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    while (loader != null) {
      if (loader instanceof SubmissionClassLoader found) {
        return Optional.of(found.target);
      }
      loader = loader.getParent();
    }
    return Optional.empty();
  }
}

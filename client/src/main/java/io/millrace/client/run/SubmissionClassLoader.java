package io.millrace.client.run;

import io.millrace.runtime.classloading.JobClassLoader;
import java.net.URL;
import java.util.List;
import java.util.Optional;

/**
 * Loads a program that is being run for submission. It also says which submission that is: being
 * the context class loader of the program's threads, it needs no static field to do so.
 */
final class SubmissionClassLoader extends JobClassLoader {
  private final Submission submission;

  SubmissionClassLoader(String name, List<URL> jars, ClassLoader parent, Submission submission) {
    super(name, jars, parent);
    this.submission = submission;
  }

  /** The submission that the calling thread is part of. */
  static Optional<Submission> current() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    while (loader != null) {
      if (loader instanceof SubmissionClassLoader found) {
        return Optional.of(found.submission);
      }
      loader = loader.getParent();
    }
    return Optional.empty();
  }
}

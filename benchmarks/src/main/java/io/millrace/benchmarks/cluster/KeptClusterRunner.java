package io.millrace.benchmarks.cluster;

import io.millrace.core.config.Configuration;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobRunner;
import io.millrace.runtime.submit.RunSettings;
import java.util.Optional;

/** Brings the jobs of a program to the cluster that {@link KeptCluster#call} was asked of. */
public final class KeptClusterRunner implements JobRunner {
  @Override
  public String name() {
    return "the cluster of the benchmark";
  }

  @Override
  public int priority() {
    return SUBMISSION;
  }

  @Override
  public boolean isActive(Configuration configuration) {
    return current().isPresent();
  }

  @Override
  public int defaultParallelism(Configuration configuration) {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public JobHandle submit(JobGraph graph, RunSettings settings) {
    return current()
        .orElseThrow(() -> new IllegalStateException("No benchmark runs on this thread"))
        .submit(graph);
  }

  private static Optional<KeptCluster> current() {
    return Thread.currentThread().getContextClassLoader() instanceof Loader loader
        ? Optional.of(loader.cluster)
        : Optional.empty();
  }

  /**
   * Says which cluster a thread's program belongs to: being its context class loader, it needs no
   * static field to do so.
   */
  static final class Loader extends ClassLoader {
    private final KeptCluster cluster;

    Loader(ClassLoader parent, KeptCluster cluster) {
      super(parent);
      this.cluster = cluster;
    }
  }
}

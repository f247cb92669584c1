package io.millrace.client.run;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.StatePlan;
import io.millrace.runtime.inspect.StatePlanner;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.submit.RunSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A program being run by {@code millrace plan}: its jobs are not started, but held against a
 * savepoint.
 */
public final class Planning implements JobTarget {
  private final StateArchive archive;
  private final OptionalInt parallelism;
  private final List<Planned> planned = new ArrayList<>();

  /** A job, and what becomes of the savepoint's state in it. */
  public record Planned(String job, StatePlan plan) {}

  /**
   * @param parallelism of operators that set none; if there is none, the largest of the savepoint
   */
  public Planning(StateArchive archive, OptionalInt parallelism) {
    this.archive = archive;
    this.parallelism = parallelism;
  }

  /** In the order in which the program brought them. */
  public synchronized List<Planned> planned() {
    return List.copyOf(planned);
  }

  @Override
  public int parallelism() {
    return parallelism.orElseGet(
        () ->
            archive.metadata().operators().stream()
                .mapToInt(operator -> operator.parallelism())
                .max()
                .orElse(1));
  }

  @Override
  public synchronized JobHandle submit(JobGraph graph, RunSettings settings) {
    try {
      StatePlan plan =
          new StatePlanner(graph, Thread.currentThread().getContextClassLoader(), archive).plan();
      planned.add(new Planned(graph.name(), plan));
      return new NotStarted(graph.name());
    } catch (IOException e) {
      throw new UncheckedIOException("The savepoint can't be read: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized boolean hasJobs() {
    return !planned.isEmpty();
  }

  /** To the program it looks like a job that goes on without it. */
  private record NotStarted(String name) implements JobHandle {
    @Override
    public JobId id() {
      return new JobId("0000000000000000");
    }

    @Override
    public CompletionStage<JobResult> result() {
      return CompletableFuture.completedStage(
          new JobResult(
              id(), name, JobResult.Status.DETACHED, Duration.ZERO, 0, Optional.empty(), Map.of()));
    }

    @Override
    public CompletionStage<Void> cancel() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<String> savepoint(Optional<String> directory) {
      return notStarted();
    }

    @Override
    public CompletionStage<String> stop(Optional<String> directory, boolean drain) {
      return notStarted();
    }

    private static CompletionStage<String> notStarted() {
      return CompletableFuture.failedStage(
          new IllegalStateException("The job was only planned, not started"));
    }
  }
}

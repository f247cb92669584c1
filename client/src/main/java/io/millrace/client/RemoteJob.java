package io.millrace.client;

import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.VertexView;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * A job of a cluster elsewhere, watched by asking again and again on a daemon thread of its own
 * until it is over.
 */
public final class RemoteJob implements JobHandle {
  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ThreadFactory THREADS =
      task -> {
        Thread thread = new Thread(task, "millrace-client-calls");
        thread.setDaemon(true);
        return thread;
      };

  private final MillraceClient client;
  private final JobId id;
  private final CompletableFuture<JobResult> result = new CompletableFuture<>();
  private final Executor calls = Executors.newCachedThreadPool(THREADS);

  private RemoteJob(MillraceClient client, JobId id) {
    this.client = client;
    this.id = id;
  }

  /**
   * Watches a job until it is over.
   *
   * @param listener is told each view, on the watching thread
   */
  public static RemoteJob watch(MillraceClient client, JobId id, Consumer<JobView> listener) {
    RemoteJob job = new RemoteJob(client, id);
    job.calls.execute(() -> job.poll(listener));
    return job;
  }

  /** A job that nobody waits for. */
  public static RemoteJob detached(MillraceClient client, JobId id, String name) {
    RemoteJob job = new RemoteJob(client, id);
    job.result.complete(
        new JobResult(
            id, name, JobResult.Status.DETACHED, Duration.ZERO, 0, Optional.empty(), Map.of()));
    return job;
  }

  @Override
  public JobId id() {
    return id;
  }

  @Override
  public CompletionStage<JobResult> result() {
    return result.copy();
  }

  @Override
  public CompletionStage<Void> cancel() {
    return CompletableFuture.runAsync(() -> client.cancel(id), calls);
  }

  @Override
  public CompletionStage<String> savepoint(Optional<String> directory) {
    return CompletableFuture.supplyAsync(() -> client.savepoint(id, directory), calls);
  }

  @Override
  public CompletionStage<String> stop(Optional<String> directory, boolean drain) {
    return CompletableFuture.supplyAsync(() -> client.stop(id, directory, drain), calls);
  }

  /** How an ended job's view reads as a result. */
  public static JobResult result(JobView job) {
    JobResult.Status status =
        switch (job.status()) {
          case FINISHED -> JobResult.Status.FINISHED;
          case CANCELED -> JobResult.Status.CANCELED;
          case FAILED -> JobResult.Status.FAILED;
          default -> throw new IllegalArgumentException("Job " + job.id() + " is not over");
        };
    Map<String, Long> counters = new TreeMap<>();
    for (VertexView vertex : job.vertices()) {
      vertex.counters().forEach((name, value) -> counters.merge(name, value, Long::sum));
    }
    return new JobResult(
        job.id(),
        job.name(),
        status,
        Duration.between(job.submitted(), job.finished().orElse(job.submitted())),
        job.restarts(),
        status == JobResult.Status.FAILED
            ? job.rootCause().map(e -> new JobResult.Failure(e.summary(), e.stackTrace()))
            : Optional.empty(),
        counters);
  }

  private void poll(Consumer<JobView> listener) {
    Instant lastAnswer = Instant.now();
    try {
      while (!result.isDone()) {
        try {
          JobView view = client.job(id);
          lastAnswer = Instant.now();
          listener.accept(view);
          if (view.status().isTerminal()) {
            result.complete(result(view));
            return;
          }
        } catch (ClusterException e) {
          // The JobManager may be restarting; the job is stored.
          if (Duration.between(lastAnswer, Instant.now()).compareTo(PATIENCE) > 0) {
            result.completeExceptionally(e);
            return;
          }
        }
        Thread.sleep(PERIOD.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      result.completeExceptionally(e);
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }
}

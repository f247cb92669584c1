package io.millrace.client;

import io.millrace.core.config.MemorySize;
import io.millrace.jobmanager.Dispatcher;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.CheckpointShareView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.jobmanager.JobView.CheckpointsView;
import io.millrace.jobmanager.JobView.ExceptionView;
import io.millrace.jobmanager.StateAnswer;
import io.millrace.jobmanager.StateQuery;
import io.millrace.jobmanager.StateQueryException;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.jobmanager.UnknownJobException;
import io.millrace.jobmanager.rest.RestBackend;
import io.millrace.jobmanager.rest.RestServer;
import io.millrace.jobmanager.rest.RestSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.inspect.StateEntry;
import io.millrace.runtime.rpc.JobGraphCodec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The real REST server over jobs that a test scripts: a submitted job ends as {@link #outcome}
 * says, at the third look at it.
 */
public final class FakeCluster implements Dispatcher, AutoCloseable {
  public static final String TOKEN = "t0ken";
  private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");

  public final List<String> asked = new CopyOnWriteArrayList<>();
  public volatile JobView.Status outcome = JobView.Status.FINISHED;
  private final Map<JobId, JobView> jobs = new ConcurrentHashMap<>();
  private final Map<JobId, Integer> looks = new ConcurrentHashMap<>();
  private final RestServer server;

  public FakeCluster() throws IOException {
    server =
        RestServer.start(
            new RestSettings(
                "127.0.0.1", 0, TOKEN, MemorySize.ofMebibytes(10), Duration.ofSeconds(5), 2),
            new RestBackend(
                this,
                in -> "jar-of-" + in.readAllBytes().length + "-bytes",
                JobGraphCodec::decode,
                () -> "",
                "0.1.0"));
  }

  public String address() {
    return server.address();
  }

  public JobId add(long id, String name, JobView.Status status) {
    JobView job = view(JobId.of(id), name, status);
    jobs.put(job.id(), job);
    return job.id();
  }

  private static CheckpointsView checkpoints() {
    CheckpointView completed =
        new CheckpointView(
            7,
            false,
            "COMPLETED",
            START,
            Duration.ofMillis(123),
            4096,
            true,
            1024,
            "/cp/7",
            Optional.empty(),
            List.of(
                new CheckpointShareView(
                    0,
                    "Source: bids",
                    2,
                    2,
                    Duration.ofMillis(3),
                    Duration.ofNanos(40_000),
                    Duration.ofMillis(100),
                    4096,
                    true,
                    1024)));
    CheckpointView failed =
        new CheckpointView(
            6,
            true,
            "FAILED",
            START,
            Duration.ZERO,
            0,
            false,
            0,
            "",
            Optional.of("disk is full"),
            List.of());
    return new CheckpointsView(
        1, 1, 0, Optional.of(completed), Optional.of(5L), List.of(completed, failed));
  }

  private static JobView view(JobId id, String name, JobView.Status status) {
    return new JobView(
        id,
        name,
        status,
        Optional.empty(),
        START,
        status.isTerminal() ? Optional.of(START.plusSeconds(75)) : Optional.empty(),
        0,
        List.of(),
        checkpoints(),
        status == JobView.Status.FAILED
            ? List.of(
                new ExceptionView(
                    START,
                    "count: record 7 has no key",
                    "java.lang.Deep",
                    Optional.empty(),
                    Optional.empty(),
                    true))
            : List.of());
  }

  @Override
  public CompletionStage<JobId> submit(
      JobGraph graph, Optional<String> savepoint, boolean allowDroppedState) {
    asked.add(
        "submit " + graph.name() + " " + graph.jars() + " " + savepoint + " " + allowDroppedState);
    if (graph.name().equals("refused")) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("state is unclaimed"));
    }
    return CompletableFuture.completedFuture(
        add(0x100 + asked.size(), graph.name(), JobView.Status.DEPLOYING));
  }

  @Override
  public CompletionStage<Void> cancel(JobId job) {
    asked.add("cancel " + job);
    return jobs.computeIfPresent(job, (id, view) -> view(id, view.name(), JobView.Status.CANCELED))
            == null
        ? CompletableFuture.failedFuture(new UnknownJobException(job))
        : CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<String> savepoint(JobId job, Optional<String> directory) {
    asked.add("savepoint " + job + " " + directory);
    return jobs.get(job).status() == JobView.Status.RUNNING
        ? CompletableFuture.completedFuture("/savepoints/1")
        : CompletableFuture.failedFuture(new IllegalStateException("Job " + job + " is over"));
  }

  @Override
  public CompletionStage<String> stop(JobId job, Optional<String> directory, boolean drain) {
    asked.add("stop " + job + " " + directory + " " + drain);
    return CompletableFuture.completedFuture("/savepoints/2");
  }

  @Override
  public CompletionStage<JobView> onTermination(JobId job) {
    return CompletableFuture.completedFuture(jobs.get(job));
  }

  @Override
  public CompletionStage<StateAnswer> state(JobId job, StateQuery query) {
    asked.add("state " + job + " " + query);
    if (!jobs.containsKey(job)) {
      return CompletableFuture.failedFuture(new UnknownJobException(job));
    }
    return switch (query.key()) {
      case "7" ->
          CompletableFuture.completedFuture(
              new StateAnswer(
                  query.live() ? Optional.empty() : Optional.of(new StateAnswer.Seen(17, START)),
                  List.of(
                      new StateEntry(
                          Optional.of(7L),
                          Optional.empty(),
                          OptionalLong.empty(),
                          OptionalLong.empty(),
                          OptionalLong.empty(),
                          "seven"))));
      case "seven" ->
          CompletableFuture.failedFuture(
              new StateQueryException(StateQueryException.Kind.REFUSED, "no long", "Write 7"));
      case "now" ->
          CompletableFuture.failedFuture(
              new StateQueryException(StateQueryException.Kind.NOT_NOW, "RESTARTING", "Later"));
      default ->
          CompletableFuture.failedFuture(
              new StateQueryException(StateQueryException.Kind.NOT_FOUND, "nothing", ""));
    };
  }

  @Override
  public List<JobView> jobs() {
    return List.copyOf(jobs.values());
  }

  @Override
  public Optional<JobView> job(JobId job) {
    int look = looks.merge(job, 1, Integer::sum);
    return Optional.ofNullable(
        jobs.computeIfPresent(
            job,
            (id, view) ->
                view.status() == JobView.Status.DEPLOYING && look == 2
                    ? view(id, view.name(), JobView.Status.RUNNING)
                    : view.status() == JobView.Status.RUNNING && look == 3
                        ? view(id, view.name(), outcome)
                        : view));
  }

  @Override
  public List<TaskManagerView> taskManagers() {
    return List.of(
        new TaskManagerView(new TaskManagerId("tm-1"), "127.0.0.1", 1, 2, 3, 4, 4, START),
        new TaskManagerView(new TaskManagerId("tm-2"), "127.0.0.1", 1, 2, 3, 2, 2, START));
  }

  @Override
  public void close() {
    server.close();
  }
}

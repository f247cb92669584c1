package io.millrace.jobmanager.rest;

import io.millrace.jobmanager.Dispatcher;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.CheckpointShareView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.jobmanager.JobView.CheckpointsView;
import io.millrace.jobmanager.JobView.ExceptionView;
import io.millrace.jobmanager.JobView.VertexView;
import io.millrace.jobmanager.StateAnswer;
import io.millrace.jobmanager.StateQuery;
import io.millrace.jobmanager.StateQueryException;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.jobmanager.UnknownJobException;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.inspect.StateEntry;
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

/** Holds jobs that tests put in; notes what it was asked to do. */
public final class FakeDispatcher implements Dispatcher {
  public static final Instant START = Instant.parse("2026-01-01T10:00:00Z");

  public final Map<JobId, JobView> jobs = new ConcurrentHashMap<>();
  final List<String> asked = new CopyOnWriteArrayList<>();
  volatile CompletionStage<String> savepoint = CompletableFuture.completedFuture("/sp/1");

  public static JobView job(long id, JobView.Status status) {
    CheckpointView checkpoint =
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
    return new JobView(
        JobId.of(id),
        "hot auctions",
        status,
        Optional.empty(),
        START.plusSeconds(id),
        status.isTerminal() ? Optional.of(START.plusSeconds(60)) : Optional.empty(),
        2,
        List.of(
            new VertexView(
                0,
                "Source: bids",
                2,
                List.of("Source: bids", "parse"),
                List.of(),
                Map.of("RUNNING", 2),
                0,
                1_000,
                0,
                500.5,
                0.25,
                0.5,
                0.25,
                new JobView.Steps(Duration.ofMillis(40), Duration.ofMillis(2)),
                1_700_000_000_000L,
                Map.of("lateRecordsDropped", 3L),
                List.of("tm-1")),
            new VertexView(
                1,
                "count",
                2,
                List.of("count"),
                List.of(0),
                Map.of("RUNNING", 2),
                1_000,
                10,
                500,
                5,
                Double.NaN,
                0,
                1,
                JobView.Steps.NONE,
                Long.MIN_VALUE,
                Map.of(),
                List.of("tm-1"))),
        new CheckpointsView(
            7, 1, 0, Optional.of(checkpoint), Optional.of(5L), List.of(checkpoint, failed)),
        List.of(
            new ExceptionView(
                START,
                "count: boom",
                "java.lang.Boom\n\tat x",
                Optional.of("1.0"),
                Optional.empty(),
                true)));
  }

  @Override
  public CompletionStage<JobId> submit(
      JobGraph graph, Optional<String> from, boolean allowDroppedState) {
    asked.add("submit " + graph.name() + " " + graph.jars() + " " + from + " " + allowDroppedState);
    return CompletableFuture.completedFuture(JobId.of(99));
  }

  @Override
  public CompletionStage<Void> cancel(JobId job) {
    if (!jobs.containsKey(job)) {
      return CompletableFuture.failedFuture(new UnknownJobException(job));
    }
    asked.add("cancel " + job);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<String> savepoint(JobId job, Optional<String> directory) {
    asked.add("savepoint " + job + " " + directory);
    return savepoint;
  }

  @Override
  public CompletionStage<String> stop(JobId job, Optional<String> directory, boolean drain) {
    asked.add("stop " + job + " " + directory + " " + drain);
    return savepoint;
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
    return Optional.ofNullable(jobs.get(job));
  }

  @Override
  public List<TaskManagerView> taskManagers() {
    return List.of(
        new TaskManagerView(new TaskManagerId("tm-1"), "127.0.0.1", 4001, 4002, 42, 2, 1, START));
  }
}

package io.millrace.processtests.minicluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.state.StateBackend;
import io.millrace.core.types.schema.WrittenObject;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.StateAnswer;
import io.millrace.jobmanager.StateQuery;
import io.millrace.jobmanager.StateQueryException;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.task.TaskTuning;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Running jobs are asked what their state has for a key. */
class QueryableStateTest {
  private static final long KEYS = 3_000;
  private static final AtomicBoolean FAIL = new AtomicBoolean();

  record Place(String country, long number) {}

  /** Records of a place come in order, so that the sum is known from their number. */
  record Total(Place place, long count, long sum) {
    Total plus(Total next) {
      return new Total(place, count + next.count, sum + next.sum);
    }
  }

  private static MiniCluster cluster() {
    return MiniCluster.start(
        new MiniCluster.Settings(
            2,
            2,
            Optional.empty(),
            Optional.empty(),
            new RocksDbSettings(64 << 10, 16 << 20, 8 << 20, 1_000, 100, 4 << 20, true),
            TaskTuning.FULL,
            QueryableStateTest.class.getClassLoader()));
  }

  private static JobHandle start(
      MiniCluster cluster, StateBackend backend, Duration checkpoints, RestartSettings restarts) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(3);
    env.setStateBackend(backend);
    env.enableCheckpointing(checkpoints);
    env.setRestartStrategy(restarts);
    env.fromSequence(0, Long.MAX_VALUE / 4)
        .setParallelism(1)
        .uid("numbers")
        .map(number -> new Total(new Place("ch", number % KEYS), 1, number))
        .setParallelism(1)
        .uid("totals-of-one")
        .keyBy(Total::place)
        .reduce(Total::plus)
        .uid("totals")
        .map(
            total -> {
              if (FAIL.compareAndSet(true, false)) {
                throw new IllegalStateException("as the test wants it");
              }
              return total;
            })
        .uid("check")
        .sinkTo(new DiscardingSink<>())
        .uid("end");
    return cluster.submit(Graphs.of(env, "queried", 3), Optional.empty(), false);
  }

  private static StateAnswer ask(MiniCluster cluster, JobId job, StateQuery query)
      throws Exception {
    try {
      return cluster.dispatcher().state(job, query).toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static StateQuery place(long number, boolean live) {
    return new StateQuery(
        "totals", "$reduced", "{\"number\": " + number + ", \"country\": \"ch\"}", live);
  }

  /** The number of records of the place, whose sum must be theirs. */
  private static long count(StateAnswer answer, long number) {
    assertThat(answer.entries()).hasSize(1);
    WrittenObject total = (WrittenObject) answer.entries().get(0).value();
    assertThat(((WrittenObject) total.fields().get(0)).fields()).containsExactly("ch", number);
    long count = (Long) total.fields().get(1);
    assertThat(total.fields().get(2)).isEqualTo(count * number + KEYS * count * (count - 1) / 2);
    return count;
  }

  private static JobView view(MiniCluster cluster, JobId job) {
    return cluster.dispatcher().job(job).orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(StateBackend.class)
  void theLastCheckpointAndTheRunningSubtaskAreAsked(StateBackend backend) throws Exception {
    try (MiniCluster cluster = cluster()) {
      JobHandle job =
          start(
              cluster,
              backend,
              Duration.ofMillis(100),
              RestartStrategies.fixedDelayRestart(1, Duration.ofMillis(1)));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> view(cluster, job.id()).checkpoints().completed() >= 3);
      for (long number = 0; number < KEYS; number += 271) {
        StateAnswer committed = ask(cluster, job.id(), place(number, false));
        assertThat(committed.seen()).isPresent();
        long then = count(committed, number);
        StateAnswer live = ask(cluster, job.id(), place(number, true));
        assertThat(live.seen()).isEmpty();
        assertThat(count(live, number)).isGreaterThanOrEqualTo(then);
      }
      for (boolean live : new boolean[] {true, false}) {
        assertThatThrownBy(() -> ask(cluster, job.id(), place(KEYS, live)))
            .isInstanceOfSatisfying(
                StateQueryException.class,
                e -> assertThat(e.kind()).isEqualTo(StateQueryException.Kind.NOT_FOUND))
            .hasMessageContaining("has nothing for the key");
        assertThatThrownBy(
                () -> ask(cluster, job.id(), new StateQuery("totals", "$reduced", "{}", live)))
            .hasMessageContaining("it is an object with the fields [country, number]");
        assertThatThrownBy(
                () ->
                    ask(
                        cluster,
                        job.id(),
                        new StateQuery("totals", "reduced", place(1, live).key(), live)))
            .isInstanceOfSatisfying(
                StateQueryException.class,
                e -> assertThat(e.kind()).isEqualTo(StateQueryException.Kind.NOT_FOUND))
            .hasMessageContaining("$reduced");
      }
      // After a failure too, at other attempts of the subtasks.
      FAIL.set(true);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  view(cluster, job.id()).restarts() == 1
                      && view(cluster, job.id()).status() == JobView.Status.RUNNING);
      count(ask(cluster, job.id(), place(5, true)), 5);
      job.cancel().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void whatHasNoAnswerNowSaysWhy() throws Exception {
    FAIL.set(false);
    try (MiniCluster cluster = cluster()) {
      JobHandle job =
          start(
              cluster,
              StateBackend.HEAP,
              Duration.ofHours(1),
              RestartStrategies.fixedDelayRestart(1, Duration.ofHours(1)));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> view(cluster, job.id()).status() == JobView.Status.RUNNING);
      assertNotNow(cluster, job.id(), place(1, false), "has not completed a checkpoint yet");
      FAIL.set(true);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> view(cluster, job.id()).status() == JobView.Status.RESTARTING);
      assertNotNow(cluster, job.id(), place(1, true), "is RESTARTING");
      job.cancel().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> ask(cluster, job.id(), place(1, true)))
          .hasMessageContaining("is CANCELED");
      assertThatThrownBy(() -> ask(cluster, JobId.of(3), place(1, true)))
          .hasMessageContaining("There is no job");
    }
  }

  private static void assertNotNow(
      MiniCluster cluster, JobId job, StateQuery query, String message) {
    assertThatThrownBy(() -> ask(cluster, job, query))
        .isInstanceOfSatisfying(
            StateQueryException.class,
            e -> assertThat(e.kind()).isEqualTo(StateQueryException.Kind.NOT_NOW))
        .hasMessageContaining(message);
  }
}

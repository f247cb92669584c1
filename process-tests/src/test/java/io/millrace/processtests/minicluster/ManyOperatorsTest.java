package io.millrace.processtests.minicluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.api.datastream.source.DataGeneratorSource;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.submit.JobHandle;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job of a hundred operators: subtasks are not threads. */
class ManyOperatorsTest {
  private static final int OPERATORS = 100;
  private static final int PARALLELISM = 2;
  private static final int OTHER_THREADS = 8;
  private static final long CHECKPOINTS = 10;

  @ParameterizedTest(name = "exchanges between: {0}")
  @ValueSource(booleans = {false, true})
  void runsOnAsManyThreadsAsSlotsAndEightMore(boolean exchanges) throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (MiniCluster cluster =
        MiniCluster.start(MiniCluster.Settings.of(PARALLELISM, getClass().getClassLoader()))) {
      StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
      env.setParallelism(PARALLELISM);
      env.enableCheckpointing(Duration.ofMillis(50));
      define(env, exchanges);
      JobHandle job =
          cluster.submit(Graphs.of(env, "many operators", PARALLELISM), Optional.empty(), false);
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  view(cluster, job).checkpoints().completed() > 0
                      && names(before).stream().noneMatch(name -> name.contains("deploy")));
      JobView running = view(cluster, job);
      assertThat(running.vertices()).hasSize(exchanges ? OPERATORS + 1 : 1);
      assertThat(running.vertices())
          .allSatisfy(
              vertex -> assertThat(vertex.subtasksByState()).isEqualTo(Map.of("RUNNING", 2)));

      Set<String> most = new TreeSet<>();
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                Set<String> now = names(before);
                if (now.size() > most.size()) {
                  most.clear();
                  most.addAll(now);
                }
                return view(cluster, job).checkpoints().completed() > CHECKPOINTS;
              });

      assertThat(most)
          .contains("millrace-worker-0", "millrace-worker-1")
          .hasSizeLessThanOrEqualTo(PARALLELISM + OTHER_THREADS);
      job.cancel();
      job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  private static void define(StreamExecutionEnvironment env, boolean exchanges) {
    DataStream<Long> numbers =
        env.fromSource(
                DataGeneratorSource.atRate((i, due) -> i, Long.MAX_VALUE / 4, 1_000),
                WatermarkStrategy.noWatermarks(),
                "numbers")
            .uid("numbers");
    for (int i = 0; i < OPERATORS; i++) {
      numbers = (exchanges ? numbers.rebalance() : numbers).map(x -> x + 1);
    }
    numbers.sinkTo(new DiscardingSink<>());
  }

  private static JobView view(MiniCluster cluster, JobHandle job) {
    return cluster.dispatcher().job(job.id()).orElseThrow();
  }

  /** Of the threads that are new: with a number, since pools name theirs alike. */
  private static Set<String> names(Set<Thread> before) {
    Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
    now.removeAll(before);
    // Awaitility's own, which runs this.
    now.remove(Thread.currentThread());
    return now.stream().map(Thread::getName).collect(Collectors.toCollection(TreeSet::new));
  }
}

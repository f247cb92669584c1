package io.millrace.processtests.minicluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.state.StateBackend;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.task.TaskTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job with RocksDB state that doesn't fit its cache, whose checkpoints share files. */
class IncrementalCheckpointsTest {
  private static final long KEYS = 20_000;
  private static final AtomicBoolean FAIL = new AtomicBoolean();
  private static final AtomicLong MOST = new AtomicLong();
  private static final AtomicReference<String> WRONG = new AtomicReference<>("");

  @TempDir Path directory;

  /** Records of a key come in order, so that the sum is known from their number. */
  record Total(long key, long count, long sum) {
    Total plus(Total next) {
      return new Total(key, count + next.count, sum + next.sum);
    }

    long expected() {
      return count * key + KEYS * count * (count - 1) / 2;
    }
  }

  @Test
  void aJobGoesOnExactlyFromFilesThatCheckpointsShare() throws Exception {
    MOST.set(0);
    WRONG.set("");
    MiniCluster.Settings settings =
        new MiniCluster.Settings(
            1,
            4,
            Optional.of(directory),
            Optional.empty(),
            new RocksDbSettings(256 << 10, 16 << 20, 8 << 20, 1_000, 100, 4 << 20, true),
            TaskTuning.FULL,
            IncrementalCheckpointsTest.class.getClassLoader());
    try (MiniCluster cluster = MiniCluster.start(settings)) {
      JobHandle job = start(cluster, 2, StateBackend.ROCKSDB, Optional.empty());
      awaitCompleted(cluster, job.id(), 4);
      assertThat(shared(job.id())).isNotEmpty();
      FAIL.set(true);
      await().atMost(Duration.ofMinutes(1)).until(() -> view(cluster, job.id()).restarts() == 1);
      assertThat(view(cluster, job.id()).checkpoints().restoredFrom()).isPresent();
      awaitCompleted(cluster, job.id(), view(cluster, job.id()).checkpoints().completed() + 4);
      String savepoint =
          job.stop(Optional.empty(), false).toCompletableFuture().get(60, TimeUnit.SECONDS);
      job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
      // The savepoint stands alone.
      await().atMost(Duration.ofMinutes(1)).until(() -> shared(job.id()).isEmpty());

      long before = MOST.get();
      JobHandle next = start(cluster, 3, StateBackend.HEAP, Optional.of(savepoint));
      await().atMost(Duration.ofMinutes(1)).until(() -> MOST.get() > before + 3);
      next.cancel().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
    assertThat(WRONG.get()).isEmpty();
  }

  private static JobHandle start(
      MiniCluster cluster, int parallelism, StateBackend backend, Optional<String> from) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    env.setStateBackend(backend);
    env.enableCheckpointing(Duration.ofMillis(100));
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(1, Duration.ofMillis(1)));
    env.fromSequence(0, Long.MAX_VALUE / 4)
        .setParallelism(1)
        .uid("numbers")
        .map(number -> new Total(number % KEYS, 1, number))
        .setParallelism(1)
        .uid("totals-of-one")
        .keyBy(Total::key)
        .reduce(Total::plus)
        .uid("totals")
        .map(
            total -> {
              if (FAIL.compareAndSet(true, false)) {
                throw new IllegalStateException("as the test wants it");
              }
              if (total.sum() != total.expected()) {
                WRONG.compareAndSet("", total.toString());
              }
              MOST.accumulateAndGet(total.count(), Math::max);
              return total;
            })
        .uid("check")
        .sinkTo(new DiscardingSink<>())
        .uid("end");
    return cluster.submit(Graphs.of(env, "incremental", parallelism), from, false);
  }

  private static JobView view(MiniCluster cluster, JobId job) {
    return cluster.dispatcher().job(job).orElseThrow();
  }

  private static void awaitCompleted(MiniCluster cluster, JobId job, long checkpoints) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> view(cluster, job).checkpoints().completed() >= checkpoints);
  }

  private List<Path> shared(JobId job) throws IOException {
    Path files = directory.resolve("checkpoints").resolve(job.value()).resolve("shared");
    if (!Files.exists(files)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(files)) {
      return all.toList();
    }
  }
}

package io.millrace.processtests.minicluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.config.Configuration;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.task.TaskTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A job over edges by key and round-robin, whose last operator takes a hundredth of what comes, on
 * two TaskManagers: what is in flight would take it minutes.
 */
class UnalignedCheckpointsTest {
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final long KEYS = 1_000;
  private static final long NUMBERS = 2_000_000;

  /** Of less than a thousand records a second and subtask: a hundredth of what comes, or less. */
  private static final long SLOW_NANOS = 1_000_000;

  private static final int SLOTS = 2;

  /** How long the slow operator takes for a record; zero lets it go. */
  private static final AtomicLong NANOS_A_RECORD = new AtomicLong();

  private static final AtomicBoolean FAIL = new AtomicBoolean();

  /** The last sum of each key: one that is lost or comes twice shows in it. */
  private static final ConcurrentHashMap<Long, Seen> SUMS = new ConcurrentHashMap<>();

  @TempDir Path directory;

  /** Of one number, or of all of its key so far. */
  record Seen(long key, long count, long sum) {
    /** The next number of the key, with how many there are by now. */
    Seen next(Seen number) {
      return new Seen(key, count + 1, number.sum);
    }

    Seen plus(Seen other) {
      return new Seen(key, count + other.count, sum + other.sum);
    }
  }

  private MiniCluster start() {
    return MiniCluster.start(
        new MiniCluster.Settings(
            2,
            SLOTS,
            Optional.of(directory),
            Optional.empty(),
            RocksDbSettings.of(Configuration.empty()),
            TaskTuning.FULL,
            UnalignedCheckpointsTest.class.getClassLoader()));
  }

  /**
   * Each number goes by key, round-robin, and by key again, to a sum whose last value a key is
   * known from how many numbers there are: one that was lost or came twice shows.
   */
  private static JobHandle submit(
      MiniCluster cluster,
      int parallelism,
      Optional<Duration> alignmentTimeout,
      Optional<String> from) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    env.enableCheckpointing(Duration.ofMillis(200));
    if (alignmentTimeout.isPresent()) {
      env.getCheckpointConfig().setAlignmentTimeout(alignmentTimeout.get());
    } else {
      env.getCheckpointConfig().disableUnalignedCheckpoints();
    }
    env.getCheckpointConfig().setRetainedCheckpoints(50);
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, Duration.ofMillis(1)));
    env.fromSequence(0, NUMBERS - 1)
        .setParallelism(1)
        .uid("numbers")
        .map(number -> new Seen(number % KEYS, 1, number))
        .setParallelism(1)
        .uid("ones")
        .keyBy(Seen::key)
        .reduce(Seen::next)
        .uid("numbered")
        .rebalance()
        .map(
            seen -> {
              long nanos = NANOS_A_RECORD.get();
              if (nanos > 0) {
                LockSupport.parkNanos(nanos);
              }
              if (FAIL.compareAndSet(true, false)) {
                throw new IllegalStateException("as the test wants it");
              }
              return seen;
            })
        .uid("slow")
        .keyBy(Seen::key)
        .reduce(Seen::plus)
        .uid("sums")
        .map(
            sum -> {
              SUMS.put(sum.key(), sum);
              return sum;
            })
        .uid("see")
        .sinkTo(new DiscardingSink<>())
        .uid("end");
    return cluster.submit(Graphs.of(env, "slow", parallelism), from, false);
  }

  @Test
  void aSlowConsumerDoesNotHoldUpACheckpoint() {
    NANOS_A_RECORD.set(SLOW_NANOS);
    try (MiniCluster cluster = start()) {
      JobHandle job = submit(cluster, 4, Optional.of(TIMEOUT), Optional.empty());
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> withRecordsInFlight(cluster, job.id()).size() >= 3);
      CheckpointView fastest =
          withRecordsInFlight(cluster, job.id()).stream()
              .min(Comparator.comparing(CheckpointView::duration))
              .orElseThrow();
      assertThat(fastest.duration()).isLessThan(TIMEOUT.plusSeconds(2));
      cancel(job);

      JobHandle aligned = submit(cluster, 4, Optional.empty(), Optional.empty());
      // The first ones may begin before there is much in flight.
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  completed(cluster, aligned.id()).stream()
                      .anyMatch(
                          checkpoint ->
                              checkpoint.duration().compareTo(fastest.duration().multipliedBy(4))
                                  > 0));
      assertThat(completed(cluster, aligned.id())).noneMatch(CheckpointView::unaligned);
      System.out.printf(
          "Unaligned after %s with %d bytes in flight; the aligned ones took %s%n",
          fastest.duration(),
          fastest.channelBytes(),
          completed(cluster, aligned.id()).stream().map(CheckpointView::duration).toList());
      cancel(aligned);
    }
  }

  /** The second failure comes while what the first had left in flight is still being consumed. */
  @Test
  void aJobGoesOnExactlyFromUnalignedCheckpoints() throws Exception {
    NANOS_A_RECORD.set(SLOW_NANOS);
    SUMS.clear();
    try (MiniCluster cluster = start()) {
      JobHandle job = submit(cluster, 4, Optional.of(TIMEOUT), Optional.empty());
      for (int restarts = 1; restarts <= 2; restarts++) {
        long before = newest(cluster, job.id());
        await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () ->
                    withRecordsInFlight(cluster, job.id()).stream()
                        .anyMatch(checkpoint -> checkpoint.id() > before));
        FAIL.set(true);
        int wanted = restarts;
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> view(cluster, job.id()).restarts() == wanted);
        long from = view(cluster, job.id()).checkpoints().restoredFrom().orElseThrow();
        assertThat(withRecordsInFlight(cluster, job.id()))
            .extracting(CheckpointView::id)
            .contains(from);
      }
      NANOS_A_RECORD.set(0);
      awaitExactEnd(job);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void anUnalignedCheckpointIsRestoredAtAnotherParallelism(int parallelism) throws Exception {
    NANOS_A_RECORD.set(SLOW_NANOS);
    SUMS.clear();
    Path copy = directory.resolve("copy");
    try (MiniCluster cluster = start()) {
      JobHandle job = submit(cluster, 4, Optional.of(TIMEOUT), Optional.empty());
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> !withRecordsInFlight(cluster, job.id()).isEmpty());
      CheckpointView taken = withRecordsInFlight(cluster, job.id()).get(0);
      copy(directory.resolve("checkpoints").resolve(taken.location()), copy);
      cancel(job);
      SUMS.clear();
      NANOS_A_RECORD.set(0);
      awaitExactEnd(
          submit(cluster, parallelism, Optional.of(TIMEOUT), Optional.of(copy.toString())));
    }
  }

  private static void awaitExactEnd(JobHandle job) throws Exception {
    JobResult result = job.result().toCompletableFuture().get(120, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(JobResult.Status.FINISHED);
    long each = NUMBERS / KEYS;
    assertThat(SUMS).hasSize((int) KEYS);
    SUMS.forEach(
        (key, sum) ->
            assertThat(sum)
                .isEqualTo(
                    new Seen(
                        key, each * (each + 1) / 2, each * key + KEYS * each * (each - 1) / 2)));
  }

  private static void cancel(JobHandle job) {
    NANOS_A_RECORD.set(0);
    job.cancel();
    await().atMost(Duration.ofMinutes(1)).until(() -> job.result().toCompletableFuture().isDone());
    NANOS_A_RECORD.set(SLOW_NANOS);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static JobView view(MiniCluster cluster, JobId job) {
    return cluster.dispatcher().job(job).orElseThrow();
  }

  private static long newest(MiniCluster cluster, JobId job) {
    return view(cluster, job).checkpoints().history().stream()
        .mapToLong(CheckpointView::id)
        .max()
        .orElse(0);
  }

  private static List<CheckpointView> completed(MiniCluster cluster, JobId job) {
    return view(cluster, job).checkpoints().history().stream()
        .filter(checkpoint -> checkpoint.status().equals("COMPLETED"))
        .toList();
  }

  /** Complete ones, newest first. */
  private static List<CheckpointView> withRecordsInFlight(MiniCluster cluster, JobId job) {
    return completed(cluster, job).stream()
        .filter(checkpoint -> checkpoint.unaligned() && checkpoint.channelBytes() > 100_000)
        .toList();
  }
}

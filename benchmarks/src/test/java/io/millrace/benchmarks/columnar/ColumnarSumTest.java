package io.millrace.benchmarks.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmarks.workload.ResultPart;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.config.Configuration;
import io.millrace.core.source.Source;
import io.millrace.core.state.StateBackend;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.task.TaskTuning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole columnar job on the real engine, against the loop that shares no batch with it. */
class ColumnarSumTest {
  private static final long KEYS = 5_000;

  @TempDir Path directory;

  private MiniCluster cluster(int taskManagers) {
    return MiniCluster.start(
        new MiniCluster.Settings(
            taskManagers,
            4,
            Optional.empty(),
            Optional.empty(),
            RocksDbSettings.of(Configuration.empty()),
            TaskTuning.FULL,
            ColumnarSumTest.class.getClassLoader()));
  }

  private static CheckpointSettings checkpoints(StateBackend backend) {
    return new CheckpointSettings(
        Optional.of(Duration.ofMillis(20)),
        Duration.ofMinutes(1),
        Duration.ZERO,
        1,
        3,
        Optional.empty(),
        backend);
  }

  private static PlainSum.Outcome outcome(Path results) throws Exception {
    ResultPart part = ResultPart.sum(results);
    return new PlainSum.Outcome(part.records(), part.checksum());
  }

  /**
   * With two TaskManagers half of the batches cross the network. Batches of 1 are sent each on its
   * own, as nothing follows them at once.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 512, HEAP",
    "1, 3, 512, HEAP",
    "2, 2, 512, HEAP",
    "2, 4, 512, HEAP",
    "1, 2, 1, HEAP",
    "2, 2, 1, HEAP",
    "2, 3, 100, HEAP",
    "2, 2, 512, ROCKSDB",
  })
  void anySizeOfBatchesAndAnyExchangeGiveTheSameChanges(
      int taskManagers, int parallelism, int rowsABatch, StateBackend backend) throws Exception {
    long rows = rowsABatch == 1 ? 30_000 : 400_000;
    try (MiniCluster cluster = cluster(taskManagers)) {
      JobGraph graph =
          ColumnarSum.reading(new ChangelogSource(rows, KEYS, rowsABatch), directory)
              .graph(parallelism, checkpoints(backend), RestartSettings.none());
      cluster.submit(graph, Optional.empty(), false).result().toCompletableFuture().get().orThrow();
    }
    assertThat(outcome(directory)).isEqualTo(PlainSum.run(rows, KEYS));
  }

  /** Asks again while the request is refused because the job has not come to run yet. */
  private static String whenItRuns(JobHandle job, Supplier<CompletionStage<String>> request)
      throws Exception {
    while (true) {
      try {
        return request.get().toCompletableFuture().get();
      } catch (ExecutionException e) {
        if (job.result().toCompletableFuture().isDone()) {
          throw e;
        }
      }
    }
  }

  /**
   * What came out before the savepoint and after it is what comes out without one. The job can't
   * end before it is asked to stop: its source holds back the end until a file is there.
   */
  @ParameterizedTest
  @CsvSource({"1, 2, 3, 512", "2, 3, 2, 512", "2, 1, 4, 512", "2, 2, 3, 1"})
  void goesOnFromASavepointAtAnotherParallelism(
      int taskManagers, int before, int after, int rowsABatch) throws Exception {
    long rows = rowsABatch == 1 ? 30_000 : 3_000_000;
    Path first = Files.createDirectory(directory.resolve("first"));
    Path second = Files.createDirectory(directory.resolve("second"));
    Path goOn = directory.resolve("go-on");
    Source<ColumnarBatch, ?, ?> source =
        new HeldBackSource<>(new ChangelogSource(rows, KEYS, rowsABatch), 500, goOn);
    try (MiniCluster cluster = cluster(taskManagers)) {
      JobHandle job =
          cluster.submit(
              ColumnarSum.reading(source, first)
                  .graph(before, checkpoints(StateBackend.HEAP), RestartSettings.none()),
              Optional.empty(),
              false);
      for (int i = 0; i < 3; i++) {
        whenItRuns(job, () -> job.savepoint(Optional.empty())); // rows flow in the meantime
      }
      String savepoint = whenItRuns(job, () -> job.stop(Optional.empty(), false));
      job.result().toCompletableFuture().get().orThrow();
      Files.createFile(goOn);
      cluster
          .submit(
              ColumnarSum.reading(source, second)
                  .graph(after, checkpoints(StateBackend.HEAP), RestartSettings.none()),
              Optional.of(savepoint),
              false)
          .result()
          .toCompletableFuture()
          .get()
          .orThrow();
    }
    PlainSum.Outcome early = outcome(first);
    PlainSum.Outcome late = outcome(second);
    assertThat(early.emitted()).isPositive();
    assertThat(late.emitted()).isPositive();
    assertThat(
            new PlainSum.Outcome(
                early.emitted() + late.emitted(), early.checksum() + late.checksum()))
        .isEqualTo(PlainSum.run(rows, KEYS));
  }

  @Test
  void aParallelismThatWouldMixTheRowsOfAKeyIsRefused() {
    try (MiniCluster cluster = cluster(2)) {
      JobHandle job =
          cluster.submit(
              ColumnarSum.of(1_000, KEYS, directory)
                  .graph(7, CheckpointSettings.DISABLED, RestartSettings.none()),
              Optional.empty(),
              false);
      assertThatThrownBy(() -> job.result().toCompletableFuture().get().orThrow())
          .hasMessageContaining("set a parallelism that divides 60");
    }
  }
}

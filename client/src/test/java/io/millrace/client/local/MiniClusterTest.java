package io.millrace.client.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.submit.JobRunner;
import io.millrace.runtime.submit.JobRunners;
import io.millrace.runtime.submit.RunSettings;
import io.millrace.runtime.task.TaskTuning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MiniClusterTest {
  @TempDir Path directory;

  @Test
  void registersItsTaskManagersAndEndsWithoutThreadsOrConnections() {
    try (MiniCluster cluster = start(2)) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(cluster.dispatcher().taskManagers()).hasSize(2));
      assertThat(cluster.dispatcher().taskManagers())
          .allSatisfy(taskManager -> assertThat(taskManager.freeSlots()).isEqualTo(3));
    }
  }

  @Test
  void tellsHowAJobThatCanNotRunFailed() throws Exception {
    try (MiniCluster cluster = start(1)) {
      JobHandle job = cluster.submit(unreadable(), Optional.empty(), false);

      JobResult result = job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);

      assertThat(result.status()).isEqualTo(JobResult.Status.FAILED);
      assertThat(result.failure()).isPresent();
      assertThatThrownBy(result::orThrow).hasMessageContaining("Job 'unreadable'");
      assertThat(cluster.dispatcher().job(job.id()).map(JobView::status))
          .contains(JobView.Status.FAILED);
    }
  }

  @Test
  void isWhatRunsAProgramThatNobodySubmits() throws Exception {
    JobRunner runner = JobRunners.find(Configuration.empty());
    assertThat(runner).isInstanceOf(InProcessRunner.class);

    JobHandle job =
        runner.submit(
            unreadable(), RunSettings.of(Configuration.empty(), getClass().getClassLoader()));

    assertThat(job.result().toCompletableFuture().get(60, TimeUnit.SECONDS).status())
        .isEqualTo(JobResult.Status.FAILED);
  }

  @Test
  void keepsNothingUnlessToldWhere() {
    try (MiniCluster cluster = start(1)) {
      assertThat(cluster.dispatcher().jobs()).isEmpty();
    }
    assertThat(Files.isDirectory(directory.resolve("kept"))).isTrue();
  }

  private MiniCluster start(int taskManagers) {
    return MiniCluster.start(
        new MiniCluster.Settings(
            taskManagers,
            3,
            Optional.of(directory.resolve("kept")),
            Optional.empty(),
            RocksDbSettings.of(Configuration.empty()),
            TaskTuning.FULL,
            getClass().getClassLoader()));
  }

  /** A job whose operator no TaskManager can read. */
  private static JobGraph unreadable() {
    return new JobGraph(
        "unreadable",
        List.of(
            new JobVertex(
                0,
                "v",
                1,
                128,
                List.of(
                    new OperatorNode(
                        "v",
                        true,
                        "v",
                        -1,
                        "",
                        OperatorNode.Kind.OPERATOR,
                        false,
                        new byte[] {1, 2, 3})))),
        List.of(),
        CheckpointSettings.DISABLED,
        RestartSettings.none(),
        List.of());
  }
}

package io.millrace.client.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.client.ClusterException;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.RestOptions;
import io.millrace.core.config.StateOptions;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterTest {
  private static final Configuration SMALL =
      Configuration.empty().with(MemoryOptions.HEAP, "128 MiB");

  @TempDir Path path;

  @Test
  void startsProcessesThatRegisterAndEndsThemAll() throws Exception {
    RunDirectory directory = new RunDirectory(path.resolve("run"));
    LocalCluster cluster = LocalCluster.start(directory, SMALL, 2, false);
    try {
      assertThat(cluster.client().taskManagers())
          .hasSize(2)
          .allSatisfy(taskManager -> assertThat(taskManager.freeSlots()).isEqualTo(2));
      assertThat(cluster.client().get("/v1/overview").get("slots").asInt()).isEqualTo(4);
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.tokenFile())))
          .isEqualTo("rw-------");
      assertThat(directory.state()).contains(cluster.state());
      assertThatThrownBy(() -> LocalCluster.start(directory, SMALL, 1, false))
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("already running at " + cluster.state().rest());
    } finally {
      cluster.stop();
    }
    assertThat(cluster.state().processes())
        .hasSize(3)
        .allSatisfy(process -> assertThat(process.find()).isEmpty());
    assertThat(directory.state()).isEmpty();
    assertThat(directory.token()).isEmpty();
  }

  @Test
  void aTaskManagerIsStartedWithinItsBudgetAndSaysWhatItIs() throws Exception {
    RunDirectory directory = new RunDirectory(path.resolve("run"));
    LocalCluster cluster =
        LocalCluster.start(
            directory,
            Configuration.empty().with(MemoryOptions.PROCESS_MEMORY, "512 MiB"),
            1,
            false);
    try {
      ClusterProcess process =
          cluster.state().processes().stream()
              .filter(found -> found.role().startsWith("taskmanager"))
              .findFirst()
              .orElseThrow();
      assertThat(Files.readString(process.log()))
          .contains("Memory of the TaskManager: 512 MiB (process.memory)")
          .containsPattern("  heap +\\d+ MiB +of it objects of RocksDB state: \\d+ MiB")
          .containsPattern("  reserve +128 MiB")
          .doesNotContain("was not started with");
      int port = cluster.client().taskManagers().get(0).metricsPort();
      String metrics;
      try (InputStream page =
          URI.create("http://127.0.0.1:" + port + "/metrics").toURL().openStream()) {
        metrics = new String(page.readAllBytes(), StandardCharsets.UTF_8);
      }
      assertThat(metric(metrics, "millrace_memory_budget_bytes")).isEqualTo(512L << 20);
      assertThat(metric(metrics, "millrace_memory_part_bytes")).isEqualTo(512L << 20);
      assertThat(metric(metrics, "millrace_memory_resident_bytes")).isBetween(1L << 20, 512L << 20);
      assertThat(metrics).contains("millrace_rocksdb_block_cache_used_bytes");
    } finally {
      cluster.stop();
    }
  }

  /** Summed over its labels. */
  private static long metric(String page, String name) {
    return page.lines()
        .filter(line -> line.startsWith(name + "{"))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void aBudgetThatIsTooSmallIsRefusedBeforeAnythingIsStarted() {
    RunDirectory directory = new RunDirectory(path.resolve("run"));
    Configuration configuration =
        Configuration.empty().with(MemoryOptions.PROCESS_MEMORY, "100 MiB");
    assertThatThrownBy(() -> LocalCluster.start(directory, configuration, 1, false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("process.memory = 100 MiB is too little for a TaskManager");
    assertThat(directory.path()).doesNotExist();
  }

  @Test
  void rocksDbsOwnOptionsAreLookedAtWhenATaskManagerStarts() throws Exception {
    RunDirectory directory = new RunDirectory(path.resolve("run"));
    Configuration configuration =
        SMALL.with(StateOptions.ROCKSDB_OPTIONS, "max_background_jobs=2;max_open_flies=7");
    assertThatThrownBy(() -> LocalCluster.start(directory, configuration, 1, false))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith(
            "The taskmanager-1 did not start: state.rocksdb.options: 'max_open_flies=7': RocksDB has"
                + " no option of that name");
  }

  @Test
  void saysWhyAProcessDidNotStartAndLeavesNone() throws Exception {
    RunDirectory directory = new RunDirectory(path.resolve("run"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Configuration configuration =
          SMALL.with(RestOptions.PORT, Integer.toString(taken.getLocalPort()));
      assertThatThrownBy(() -> LocalCluster.start(directory, configuration, 1, false))
          .isInstanceOf(ClusterException.class)
          .hasMessageStartingWith("The jobmanager did not start: REST port " + taken.getLocalPort())
          .hasMessageContaining("set rest.port");
    }
    assertThat(directory.state()).isEmpty();
  }

  @Test
  void takesAProcessIdThatWasGivenAwayAgainForDead() {
    ProcessHandle self = ProcessHandle.current();
    ClusterProcess same =
        new ClusterProcess(
            "jobmanager", self.pid(), self.info().startInstant().orElseThrow(), path);
    ClusterProcess former =
        new ClusterProcess(
            "jobmanager",
            self.pid(),
            self.info().startInstant().orElseThrow().minusSeconds(60),
            path);
    assertThat(same.find()).isEqualTo(Optional.of(self));
    assertThat(former.find()).isEmpty();
  }
}

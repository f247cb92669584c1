package io.millrace.client.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.client.ClusterException;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.RestOptions;
import io.millrace.core.config.TaskManagerOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterTest {
  private static final Configuration SMALL =
      Configuration.empty().with(TaskManagerOptions.MEMORY, "128 MiB");

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

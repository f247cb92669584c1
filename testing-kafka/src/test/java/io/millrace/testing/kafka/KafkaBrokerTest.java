package io.millrace.testing.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KafkaBrokerTest {

  @Test
  void servesAndSurvivesAKillAndLeavesNothing() throws Exception {
    Path directory;
    Process process;
    try (KafkaBroker broker = KafkaBroker.start()) {
      directory = broker.directory();
      broker.createTopic("kept", 3);
      String address = broker.bootstrapServers();
      broker.kill();
      broker.restart();
      process = broker.process();
      assertThat(broker.bootstrapServers()).isEqualTo(address);
      try (Admin admin = broker.admin()) {
        assertThat(
                admin
                    .describeTopics(List.of("kept"))
                    .allTopicNames()
                    .get()
                    .get("kept")
                    .partitions())
            .hasSize(3);
      }
    }
    assertThat(process.isAlive()).isFalse();
    assertThat(directory).doesNotExist();
  }

  @Test
  void diesAndCleansUpWithItsParent() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long pid;
    Path directory;
    try (BufferedReader out = parent.inputReader()) {
      pid = Long.parseLong(out.readLine());
      directory = Path.of(out.readLine());
      parent.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                ProcessHandle.of(pid).map(h -> !h.isAlive()).orElse(true)
                    && !Files.exists(directory));
  }

  /** Starts a broker and waits to be killed. */
  static final class Parent {
    public static void main(String[] args) throws Exception {
      KafkaBroker broker = KafkaBroker.start();
      System.out.println(broker.process().pid());
      System.out.println(broker.directory());
      System.out.flush();
      Thread.sleep(Duration.ofMinutes(5).toMillis());
    }
  }

  @Test
  void aBrokerThatCannotStartShowsTheEndOfItsLog() {
    assertThatThrownBy(() -> KafkaBroker.builder().property("num.io.threads", "none").start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("num.io.threads");
  }
}

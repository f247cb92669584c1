package io.millrace.processtests.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.client.cli.MillraceMain;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.core.state.StateBackend;
import io.millrace.processtests.upgrade.ProgramVersions.Version;
import io.millrace.runtime.id.JobId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A program is stopped, changed, and goes on with its state: on a cluster of processes. */
class UpgradeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Version FIRST =
      new Version(
          "first",
          "int cents, int orders, String note",
          "",
          "old == null ? new Total(order.cents(), 1, \"n\")"
              + " : new Total(old.cents() + order.cents(), old.orders() + 1, \"n\")",
          "totals");
  private static final Version SECOND =
      new Version(
          "second",
          "String currency, int orders, @FormerNames(\"cents\") long amount",
          "Total() { this(\"EUR\", 0, 0); }",
          "new Total((old == null ? new Total() : old).currency(),"
              + " old == null ? 1 : old.orders() + 1,"
              + " (old == null ? 0 : old.amount()) + order.cents())",
          "totals");
  private static final Version NARROWED =
      new Version(
          "narrowed",
          "short cents, int orders, String note",
          "",
          "new Total((short) order.cents(), 1, \"n\")",
          "totals");
  private static final Version RENAMED =
      new Version("renamed", FIRST.total(), FIRST.more(), FIRST.add(), "total");

  @TempDir static Path directory;
  private static LocalCluster cluster;
  private static RunDirectory runDirectory;
  private static ProgramVersions versions;

  private record Ended(int code, String out, String err) {}

  @BeforeAll
  static void start() throws Exception {
    versions = new ProgramVersions(directory);
    runDirectory = new RunDirectory(Path.of("target", "upgrade").toAbsolutePath());
    cluster =
        LocalCluster.start(
            runDirectory,
            Configuration.empty()
                .with(MemoryOptions.HEAP, "256 MiB")
                .with(TaskManagerOptions.SLOTS, "2")
                .with(CheckpointOptions.DIRECTORY, directory.resolve("checkpoints").toString())
                .with(JobManagerOptions.HA_DIRECTORY, directory.resolve("ha").toString()),
            1,
            false);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (cluster != null) {
      cluster.stop();
    }
  }

  private static Ended millrace(Object... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] command = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      command[i] = words[i].toString();
    }
    int code =
        MillraceMain.execute(
            command, Map.of("MILLRACE_RUN_DIR", runDirectory.path().toString()), out, err);
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static String succeed(Object... words) {
    Ended ended = millrace(words);
    assertThat(ended.code).as("%s %s", ended.out, ended.err).isZero();
    return ended.out.strip();
  }

  /** Waits until the job has orders, and stops it. */
  private static String stopWithSavepoint(String job) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                cluster.client().job(new JobId(job)).vertices().stream()
                    .anyMatch(vertex -> vertex.index() > 0 && vertex.recordsIn() > 500));
    return succeed("stop", job);
  }

  @ParameterizedTest
  @EnumSource(StateBackend.class)
  void aChangedProgramGoesOnWithItsStateAndThePlanSaysSo(StateBackend backend) throws Exception {
    String savepoint = stopWithSavepoint(succeed("run", "-d", versions.jar(FIRST), backend.name()));
    long before = orders(savepoint);
    assertThat(before).isPositive();

    Path second = versions.jar(SECOND);
    assertThat(succeed("plan", second, "--from", savepoint, backend.name()))
        .containsPattern("orders +orders +\\(position\\) +KEEP")
        .containsPattern(
            "totals +Keyed Process +total +MIGRATE +Total.currency: new, begins as \"EUR\"")
        .contains("Total.amount: was named cents")
        .contains("Total.amount: int becomes long")
        .contains("Total.note: dropped")
        .endsWith("The program can go on from this savepoint.");

    Path narrowed = versions.jar(NARROWED);
    Ended refused = millrace("plan", narrowed, "--from", savepoint, backend.name());
    assertThat(refused.code).isEqualTo(1);
    assertThat(refused.out)
        .containsPattern("total +INCOMPATIBLE +Total.cents was int and is now short")
        .endsWith("can't go on from this savepoint as it is.\n");
    Ended failed = millrace("run", "--from", savepoint, narrowed, backend.name());
    assertThat(failed.code).isEqualTo(1);
    assertThat(failed.out + failed.err).contains("Total.cents was int and is now short");

    Path renamed = versions.jar(RENAMED);
    Ended lost = millrace("plan", renamed, "--from", savepoint, backend.name());
    assertThat(lost.code).isEqualTo(1);
    assertThat(lost.out)
        .containsPattern("totals +Keyed Process +total +DROP +.*was it renamed to total")
        .containsPattern("total +Keyed Process +total +NEW");
    assertThat(
            millrace("plan", renamed, "--from", savepoint, "--allow-dropped-state", backend.name())
                .code)
        .isZero();

    String last =
        stopWithSavepoint(succeed("run", "-d", "--from", savepoint, second, backend.name()));
    assertThat(orders(last)).isGreaterThan(before);
    for (JsonNode total : totals(last)) {
      assertThat(total.path("currency").asText()).isEqualTo("EUR");
      assertThat(total.path("amount").asLong()).isEqualTo(total.path("orders").asLong() * 5);
    }
  }

  @ParameterizedTest
  @EnumSource(StateBackend.class)
  void aRunningJobTellsWhatAKeyHas(StateBackend backend) throws Exception {
    String job = succeed("run", "-d", versions.jar(FIRST), backend.name());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(millrace("state", "get", "--job", job, "totals", "total", 3).code)
                    .isZero());

    JsonNode committed =
        new ObjectMapper()
            .readTree(succeed("state", "get", "--job", job, "totals", "total", 3))
            .path("value");
    assertThat(committed.path("cents").asLong())
        .isEqualTo(5 * committed.path("orders").asLong())
        .isPositive();
    String live = succeed("state", "get", "--job", job, "totals", "total", 3, "--live");
    assertThat(new ObjectMapper().readTree(live).path("value").path("orders").asLong())
        .isGreaterThanOrEqualTo(committed.path("orders").asLong());
    assertThat(http(job + "/state/totals/total?key=3").statusCode()).isEqualTo(200);
    assertThat(http(job + "/state/totals/total?key=10&live=true").statusCode()).isEqualTo(404);
    HttpResponse<String> wrong = http(job + "/state/totals/total?key=%22a%22");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("it is an integer");
    HttpResponse<String> unknown = http(job + "/state/total/total?key=3");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("Did you mean 'totals'?");
    HttpResponse<String> keyless = http(job + "/state/orders/total?key=3");
    assertThat(keyless.statusCode()).isEqualTo(400);
    assertThat(keyless.body()).contains("its input has no key");
    assertThat(millrace("state", "get", "--job", job, "totals", "total", 10, "--live").code)
        .isEqualTo(1);
    succeed("cancel", job);
    assertThat(http(job + "/state/totals/total?key=3").statusCode()).isEqualTo(409);
  }

  /** As a user's program would ask. */
  private static HttpResponse<String> http(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(cluster.client().address() + "/v1/jobs/" + path))
                .header("Authorization", "Bearer " + runDirectory.token().orElseThrow())
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static long orders(String savepoint) throws IOException {
    List<JsonNode> totals = totals(savepoint);
    assertThat(totals).hasSize(10);
    return totals.stream().mapToLong(total -> total.path("orders").asLong()).sum();
  }

  private static List<JsonNode> totals(String savepoint) throws IOException {
    List<JsonNode> totals = new ArrayList<>();
    for (String line : succeed("state", "dump", savepoint, "totals", "total").lines().toList()) {
      totals.add(new ObjectMapper().readTree(line).path("value"));
    }
    return totals;
  }
}

package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.cli.MillraceMain;
import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.S3Options;
import io.millrace.core.config.StateOptions;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStores;
import io.millrace.testing.s3.S3Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ledger job with its checkpoints and savepoints in a bucket, on processes that are killed: all
 * that a directory is good for.
 */
class S3CheckpointsTest {
  private static final int BIDS = 16_000;
  private static final String CHECKPOINTS = "s3://checkpoints/cluster";
  private static final String SAVEPOINTS = "s3://savepoints/by/hand";

  private static S3Server server;

  @BeforeAll
  static void start() throws IOException {
    server = S3Server.start();
    server.createBucket("checkpoints");
    server.createBucket("savepoints");
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static Configuration settings(Configuration configuration) {
    try {
      return configuration
          .with(CheckpointOptions.DIRECTORY, CHECKPOINTS)
          .with(S3Options.ENDPOINT, server.endpoint())
          .with(S3Options.REGION, "us-east-1")
          .with(S3Options.PATH_STYLE, "true")
          .with(S3Options.CREDENTIALS_FILE, server.credentialsFile().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"heap", "rocksdb"})
  void survivesKillsAndGoesOnFromASavepoint(String backend) throws Exception {
    try (FaultyCluster cluster =
        FaultyCluster.start(
            "s3-" + backend,
            configuration -> settings(configuration).with(StateOptions.CACHE_MEMORY, "1 MiB"))) {
      try (LedgerRun run = new LedgerRun(cluster, BIDS, backend)) {
        run.feed(BIDS / 4);
        run.awaitAllCommitted();
        cluster.killAndReplace(cluster.anyTaskManager(new Random(1)));
        run.feed(BIDS / 8);
        run.awaitAllCommitted();
        assertThat(run.restarts()).isPositive();
        // The pointer and the counters are in the bucket too.
        cluster.killAndReplace(cluster.jobManager());
        run.feed(BIDS / 8);
        run.awaitAllCommitted();
        assertChecked(run, backend);

        String savepoint = run.stop(SAVEPOINTS);
        assertThat(savepoint).startsWith(SAVEPOINTS + "/savepoint-" + run.job());
        assertThat(command("state", "ls", savepoint)).contains("number", "of job " + run.job());
        run.restart(savepoint);
        run.feed(BIDS / 8);
        run.awaitAllCommitted();
        String another = run.savepoint(SAVEPOINTS);
        assertThat(command("state", "ls", another)).contains("number");
        run.finish();
      }
      assertThat(logs(cluster)).isNotEmpty();
      for (Path log : logs(cluster)) {
        assertThat(Files.readString(log)).as(log.toString()).doesNotContain(server.secretKey());
      }
    }
  }

  /** What is in the bucket, and that it can be looked into where it is. */
  private static void assertChecked(LedgerRun run, String backend) throws IOException {
    FileStore store = FileStores.of(settings(Configuration.empty())).open(CHECKPOINTS);
    String job = run.job().value();
    List<String> files = store.list(job);
    assertThat(files).contains(job + "/latest", job + "/counters");
    assertThat(files.stream().anyMatch(file -> file.startsWith(job + "/shared/")))
        .isEqualTo(backend.equals("rocksdb"));
  }

  private static String command(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    settings(Configuration.empty())
        .texts()
        .forEach((key, value) -> all.addAll(List.of("-D", key + "=" + value)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = MillraceMain.execute(all.toArray(String[]::new), Map.of(), out, err);
    assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static List<Path> logs(FaultyCluster cluster) throws IOException {
    try (Stream<Path> files = Files.list(cluster.logs())) {
      return files.toList();
    }
  }
}

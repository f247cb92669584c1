package io.millrace.processtests.minicluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.client.cli.MillraceMain;
import io.millrace.client.local.MiniCluster;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.S3Options;
import io.millrace.core.state.StateBackend;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStores;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.task.TaskTuning;
import io.millrace.testing.s3.S3Server;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Checkpoints in a bucket that share RocksDB's files: looked into, and what is left of others. */
class S3CommandsTest {
  private static final String CHECKPOINTS = "s3://bucket/a/b";
  private static final AtomicBoolean FAIL = new AtomicBoolean();

  private Configuration configuration = Configuration.empty();

  @Test
  void looksIntoCheckpointsWhereTheyAreAndCollectsWhatIsLeft() throws Exception {
    try (S3Server server = S3Server.start()) {
      server.createBucket("bucket");
      configuration =
          configuration
              .with(S3Options.ENDPOINT, server.endpoint())
              .with(S3Options.PATH_STYLE, "true")
              .with(S3Options.CREDENTIALS_FILE, server.credentialsFile().toString());
      FileStore store = FileStores.of(configuration).open(CHECKPOINTS);
      JobId job = failedJob(store);
      List<String> files = store.list(job.value());
      assertThat(files).anyMatch(file -> file.startsWith(job + "/shared/"));
      String metadata =
          files.stream().filter(file -> file.endsWith("/_metadata")).findFirst().orElseThrow();
      String checkpoint = metadata.substring(0, metadata.lastIndexOf('/'));

      assertThat(command("state", "ls", CHECKPOINTS + "/" + checkpoint)).contains("totals");
      assertThat(command("state", "dump", CHECKPOINTS + "/" + checkpoint, "totals", "$reduced"))
          .contains("\"key\":");

      try (FileStore.PendingFile file = store.create(job + "/chk-999/0-1.state")) {
        file.stream().write(1);
        file.commit();
      }
      // As a process leaves it that dies over an upload.
      store.create(job + "/chk-999/0-2.state").stream().write(new byte[9 << 20]);
      String listed = command("checkpoints", "gc", CHECKPOINTS, "--dry-run", "--older-than", "0");
      assertThat(listed)
          .contains("2 files in " + CHECKPOINTS)
          .contains("this checkpoint was never completed")
          .contains("its writer never finished it");
      command("checkpoints", "gc", CHECKPOINTS + "/" + job, "--older-than", "0");
      assertThat(store.list("")).containsExactlyElementsOf(files);
      assertThat(store.unfinished("")).isEmpty();
      assertThat(command("state", "ls", CHECKPOINTS + "/" + checkpoint)).contains("totals");
    }
  }

  /** It keeps its checkpoints. */
  private static JobId failedJob(FileStore store) throws Exception {
    MiniCluster.Settings settings =
        new MiniCluster.Settings(
            1,
            2,
            Optional.empty(),
            Optional.of(store),
            new RocksDbSettings(64 << 10, 16 << 20, 8 << 20, 100, 100, 1 << 20, true),
            TaskTuning.FULL,
            S3CommandsTest.class.getClassLoader());
    try (MiniCluster cluster = MiniCluster.start(settings)) {
      StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
      env.setStateBackend(StateBackend.ROCKSDB);
      env.enableCheckpointing(Duration.ofMillis(100));
      env.setRestartStrategy(RestartStrategies.noRestart());
      env.fromSequence(0, Long.MAX_VALUE / 4)
          .uid("numbers")
          .keyBy(number -> number % 500)
          .reduce(Long::sum)
          .uid("totals")
          .map(
              total -> {
                if (FAIL.get()) {
                  throw new IllegalStateException("as the test wants it");
                }
                return total;
              })
          .uid("check")
          .sinkTo(new DiscardingSink<>())
          .uid("end");
      JobHandle job = cluster.submit(Graphs.of(env, "in a bucket", 1), Optional.empty(), false);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> cluster.dispatcher().job(job.id()).orElseThrow().checkpoints().completed() > 2);
      FAIL.set(true);
      JobResult result = job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertThat(result.status()).isEqualTo(JobResult.Status.FAILED);
      return job.id();
    }
  }

  private String command(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    configuration.texts().forEach((key, value) -> all.addAll(List.of("-D", key + "=" + value)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = MillraceMain.execute(all.toArray(String[]::new), Map.of(), out, err);
    assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }
}

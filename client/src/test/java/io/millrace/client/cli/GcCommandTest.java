package io.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.storage.LocalFileStore;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcCommandTest {
  private static final JobId JOB = JobId.of(0xab);
  private static final JobId OTHER = JobId.of(0xcd);
  private static final JobId POINTERLESS = JobId.of(0xef);

  @TempDir Path directory;
  private Path store;
  private CheckpointStore checkpoints;

  private record Ended(int code, String out, String err) {}

  private static Ended run(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = MillraceMain.execute(words, Map.of("MILLRACE_RUN_DIR", "/nonexistent"), out, err);
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @BeforeEach
  void fill() throws IOException {
    store = directory.resolve("checkpoints");
    checkpoints = new CheckpointStore(new LocalFileStore(store), "test");
    for (JobId job : List.of(JOB, OTHER)) {
      checkpoints.writeCounters(job, 8, 1);
      checkpoint(job, 6);
      checkpoint(job, 7);
      checkpoints.writePointer(
          job, List.of(new RetainedCheckpoint(new CheckpointId(7), job + "/chk-7", false)));
      write(job + "/chk-8/0-1.state");
      write(job + "/savepoint-" + job + "-5/_metadata");
      write(job + "/savepoint-" + job + "-4/0-1.state");
      write(job + "/shared/3-1-0-1-0-000012.sst");
      write(job + "/chk-9/.0-1.state-123.tmp");
    }
    checkpoint(POINTERLESS, 3);
    write(POINTERLESS + "/chk-2/0-1.state");
    write("notes/chk-1/mine.txt");
  }

  private void checkpoint(JobId job, int id) throws IOException {
    String path = job + "/chk-" + id;
    checkpoints.writeMetadata(
        new CheckpointMetadata(job, new CheckpointId(id), false, path, 0, 0, List.of()));
    write(path + "/0-1.state");
  }

  private void write(String path) throws IOException {
    Path file = store.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "12345");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(store)) {
      return all.filter(Files::isRegularFile)
          .map(file -> store.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static List<String> orphansOf(JobId job) {
    return List.of(
        job + "/chk-6/0-1.state",
        job + "/chk-6/_metadata",
        job + "/chk-8/0-1.state",
        job + "/chk-9/.0-1.state-123.tmp",
        job + "/savepoint-" + job + "-4/0-1.state",
        job + "/shared/3-1-0-1-0-000012.sst");
  }

  @Test
  void listsWhatNothingNeedsAndDeletesNothing() throws IOException {
    List<String> before = files();
    Ended ended = run("checkpoints", "gc", store.toString(), "--dry-run", "--older-than", "0");

    assertThat(ended.err).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.out)
        .containsPattern("FILE +BYTES +AGE +WHY")
        .containsPattern(JOB + "/chk-6/_metadata +\\d+ +.* s +the job's pointer does not name")
        .containsPattern(JOB + "/chk-8/0-1.state +5 +.* this checkpoint was never completed")
        .containsPattern("savepoint-" + JOB + "-4/0-1.state +5 +.* this savepoint was never")
        .containsPattern("shared/3-1-0-1-0-000012.sst +5 +.* no checkpoint that is kept has it")
        .containsPattern("chk-9/.0-1.state-123.tmp +5 +.* its writer never finished it")
        .contains("13 files in " + store + " that nothing needs")
        .contains("none was deleted (--dry-run)");
    assertThat(files()).isEqualTo(before);
    JsonNode json =
        new ObjectMapper()
            .readTree(run("checkpoints", "gc", store.toString(), "--dry-run", "--json").out);
    assertThat(json.path("deleted").asBoolean()).isFalse();
    assertThat(json.path("files")).as("all are young").isEmpty();
  }

  @Test
  void deletesWhatNothingNeedsAndNothingElse() throws IOException {
    List<String> expected = new ArrayList<>(files());
    expected.removeAll(orphansOf(JOB));
    // A job's own directory, or its id: only of this job.
    assertThat(run("checkpoints", "gc", store + "/" + JOB, "--older-than", "0").code).isZero();
    assertThat(files()).isEqualTo(expected);
    assertThat(Files.exists(store.resolve(JOB + "/chk-6"))).isFalse();
    expected.removeAll(orphansOf(OTHER));
    assertThat(
            run("checkpoints", "gc", store.toString(), "--job", OTHER.value(), "--older-than", "0")
                .code)
        .isZero();
    assertThat(files()).isEqualTo(expected);
    // Of a job without a pointer nothing complete is touched.
    assertThat(run("checkpoints", "gc", store.toString(), "--older-than", "0").out)
        .contains("1 file in ");
    expected.remove(POINTERLESS + "/chk-2/0-1.state");
    assertThat(files()).isEqualTo(expected).contains(POINTERLESS + "/chk-3/_metadata");
    assertThat(run("checkpoints", "gc", store.toString(), "--older-than", "0").out)
        .isEqualTo("0 files in " + store + " that nothing needs, 0 b\n");
  }

  @Test
  void deletesNothingIfItCanNotBeToldWhatIsNeeded() throws IOException {
    for (String damaged : List.of(OTHER + "/latest", OTHER + "/chk-7/_metadata")) {
      byte[] whole = Files.readAllBytes(store.resolve(damaged));
      Files.write(store.resolve(damaged), new byte[9]);
      List<String> before = files();
      Ended ended = run("checkpoints", "gc", store.toString(), "--older-than", "0");
      assertThat(ended.code).isEqualTo(ExitCode.FAILED);
      assertThat(ended.err).contains(damaged);
      assertThat(files()).isEqualTo(before);
      Files.write(store.resolve(damaged), whole);
    }
  }

  @Test
  void tellsWhatIsWrongWithItsArguments() {
    assertThat(run("checkpoints", "gc").err).contains("No cluster has kept checkpoints here");
    assertThat(run("checkpoints", "gc", store.toString(), "--older-than", "1min").err)
        .contains("--older-than 1min", "checkpoint.timeout, 600 s");
    assertThat(run("checkpoints", "gc", store.toString(), "--older-than", "7").err)
        .contains("--older-than");
    assertThat(run("checkpoints", "gc", store.toString(), "--job", "ab").err)
        .contains("16 hexadecimal digits");
    assertThat(run("checkpoints").err).contains("Say of which job");
  }
}

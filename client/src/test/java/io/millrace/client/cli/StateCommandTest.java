package io.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.client.state.SampleSnapshots;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateCommandTest {
  @TempDir Path directory;

  private record Ended(int code, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  private static Ended run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code = MillraceMain.execute(words, Map.of(), out, err);
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Path write(boolean rocksDb) throws Exception {
    return SampleSnapshots.write(directory.resolve("store"), rocksDb);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void listsTheStatesOfAllOperators(boolean rocksDb) throws Exception {
    Path savepoint = write(rocksDb);
    Ended ended = run("state", "ls", savepoint);

    assertThat(ended.err).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.lines().get(0))
        .startsWith((rocksDb ? "Checkpoint" : "Savepoint") + " 7 of job 00000000000000ab");
    assertThat(ended.lines().get(1)).matches("UID +STATE +KIND +KEY +VALUE +ENTRIES +BYTES");
    assertThat(ended.out)
        .containsPattern("rules +counts +BROADCAST +- +String -> Long +1 ")
        .containsPattern("users +counts +MAP +SampleSnapshots\\$User +String -> Long +1 ")
        .containsPattern("users +history +LIST +SampleSnapshots\\$User +Integer +1 ")
        .containsPattern("users +last +VALUE +SampleSnapshots\\$User +SampleSnapshots\\$Event +2 ")
        .containsPattern("users +panes +PANES +SampleSnapshots\\$User +Long +1 ")
        .containsPattern("users +timers +TIMERS +SampleSnapshots\\$User +- +1 ");
    JsonNode json = new ObjectMapper().readTree(run("state", "ls", savepoint, "--json").out);
    assertThat(json).hasSize(11);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dumpsEveryKindAsJson(boolean rocksDb) throws Exception {
    Path savepoint = write(rocksDb);

    assertThat(run("state", "dump", savepoint, "users", "last").lines())
        .containsExactlyInAnyOrder(
            "{\"key\":{\"country\":\"ch\",\"id\":7},\"value\":{\"@type\":\"SampleSnapshots$Seen\","
                + "\"at\":\"1970-01-01T00:00:00Z\",\"page\":\"/home\",\"score\":\"NaN\"}}",
            "{\"key\":{\"country\":null,\"id\":8},\"value\":{\"@type\":\"SampleSnapshots$Left\","
                + "\"times\":2}}");
    String key = "{\"key\":{\"country\":\"ch\",\"id\":7},";
    assertThat(run("state", "dump", savepoint, "users", "history").lines())
        .containsExactly(key + "\"value\":[3,4]}");
    assertThat(run("state", "dump", savepoint, "users", "counts").lines())
        .containsExactlyInAnyOrder(
            key + "\"mapKey\":\"a\",\"value\":1}", key + "\"mapKey\":\"b\",\"value\":2}");
    assertThat(run("state", "dump", savepoint, "users", "panes").lines())
        .containsExactly(key + "\"pane\":60000,\"value\":5}");
    assertThat(run("state", "dump", savepoint, "users", "timers").lines())
        .containsExactly(key + "\"timer\":99,\"value\":null}");
    assertThat(run("state", "dump", savepoint, "rules", "counts").lines())
        .containsExactly("{\"mapKey\":\"limit\",\"value\":5}");
    assertThat(run("state", "dump", savepoint, "users", "last", "--limit", 1).lines()).hasSize(1);
  }

  @Test
  void getsWhatAKeyHas() throws Exception {
    Path savepoint = write(false);

    Ended found = run("state", "get", savepoint, "users", "last", "{\"country\":null, \"id\":8}");
    assertThat(found.code).isZero();
    assertThat(found.lines()).singleElement().asString().contains("\"times\":2");

    Ended none = run("state", "get", savepoint, "users", "last", "{\"country\":\"de\",\"id\":8}");
    assertThat(none.code).isEqualTo(1);
    assertThat(none.err).contains("has nothing for the key");
  }

  @Test
  void aMovedSavepointIsReadWhereItIs() throws Exception {
    Path moved = directory.resolve("elsewhere");
    Files.move(write(false), moved);

    assertThat(run("state", "dump", moved, "rules", "counts").code).isZero();
  }

  @Test
  void aMovedCheckpointThatSharesFilesSaysSo() throws Exception {
    Path moved = directory.resolve("elsewhere");
    Files.move(write(true), moved);

    Ended ended = run("state", "ls", moved);
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.err).contains("shares files with other checkpoints").contains("savepoint");
  }

  @Test
  void wrongNamesAreSaidWithWhatThereIs() throws Exception {
    Path savepoint = write(false);

    Ended operator = run("state", "dump", savepoint, "user", "last");
    assertThat(operator.code).isEqualTo(2);
    assertThat(operator.err).contains("did you mean 'users'?").contains("[rules, users]");
    Ended state = run("state", "dump", savepoint, "users", "lsat");
    assertThat(state.code).isEqualTo(2);
    assertThat(state.err).contains("did you mean 'last'?");
    Ended nowhere = run("state", "ls", directory);
    assertThat(nowhere.code).isEqualTo(1);
    assertThat(nowhere.err).contains("is no completed checkpoint or savepoint");
  }

  @Test
  void damagedFilesAreNamed() throws Exception {
    Path savepoint = write(false);
    Path state = savepoint.resolve("state");
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 1;
    Files.write(state, bytes);

    Ended ended = run("state", "ls", savepoint);
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.err).contains("state in").contains("damaged");
  }
}

package io.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.storage.MountedFileStore;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.OperatorStateBackend;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SharedUpload;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.state.heap.TableKeyedStateBackend;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.state.rocksdb.RocksDbStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateCommandTest {
  private static final int GROUPS = 128;

  record User(String country, long id) {}

  sealed interface Event permits Seen, Left {}

  record Seen(Instant at, Optional<String> page, double score) implements Event {}

  record Left(int times) implements Event {}

  private static final ValueStateDescriptor<Event> LAST =
      new ValueStateDescriptor<>("last", Event.class);
  private static final ListStateDescriptor<Integer> HISTORY =
      new ListStateDescriptor<>("history", Integer.class);
  private static final MapStateDescriptor<String, Long> COUNTS =
      new MapStateDescriptor<>("counts", String.class, Long.class);
  private static final TypeInformation<User> USER = TypeInformation.of(User.class);

  @TempDir Path directory;
  private Path store;

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

  @BeforeEach
  void makeDirectories() throws IOException {
    store = Files.createDirectories(directory.resolve("store"));
  }

  /** A savepoint of the heap, or a checkpoint in RocksDB's own files. */
  private Path write(boolean rocksDb) throws IOException {
    KeyedStateContext<User> context =
        new KeyedStateContext<>(
            "users",
            USER,
            new KeyGroupRange(0, GROUPS - 1),
            GROUPS,
            HandleFactory.plain(),
            () -> 1_000,
            getClass().getClassLoader());
    try (RocksDbEnvironment databases =
            new RocksDbEnvironment(
                directory.resolve("databases"),
                new RocksDbSettings(1 << 20, 8 << 20, 4 << 20, 100, 16, 1 << 20, true));
        KeyedStateBackend<User> backend =
            rocksDb
                ? RocksDbStorage.open(context, databases)
                : TableKeyedStateBackend.onHeap(context)) {
      fill(backend);
      OperatorStateBackend operator =
          new OperatorStateBackend("rules", getClass().getClassLoader());
      operator.getBroadcastState(COUNTS).put("limit", 5L);
      String name = "jobs/j/" + (rocksDb ? "chk-7" : "savepoint-7");
      MountedFileStore files = new MountedFileStore(store);
      KeyedCut cut = backend.snapshot(rocksDb ? CutKind.FILES : CutKind.WHOLE);
      while (backend.goOnWithCut()) {
        continue;
      }
      StateHandles users;
      StateHandles rules;
      try (cut;
          SnapshotFileWriter writer = new SnapshotFileWriter(files, name + "/state", GROUPS)) {
        writer.writeKeyed(
            "users",
            cut,
            new SharedUpload(
                SharedFilesByOperator.EMPTY, (uid, file) -> "jobs/j/shared/7-" + file));
        writer.writeOperator("rules", operator.snapshot().orElseThrow());
        Map<String, StateHandles> written = writer.commit();
        users = written.get("users");
        rules = written.get("rules");
      }
      assertThat(users.sharedPaths().isEmpty()).isEqualTo(!rocksDb);
      new CheckpointStore(files, "test")
          .writeMetadata(
              new CheckpointMetadata(
                  new JobId("00000000000000ab"),
                  new CheckpointId(7),
                  !rocksDb,
                  name,
                  1_764_000_000_000L,
                  1,
                  List.of(operator("rules", rules), operator("users", users))));
      return store.resolve(name);
    }
  }

  private static OperatorState operator(String uid, StateHandles handles) {
    return new OperatorState(uid, true, uid, GROUPS, List.of(handles), Optional.empty());
  }

  private static void fill(KeyedStateBackend<User> backend) {
    at(backend, new User("ch", 7));
    backend.getState(LAST).update(new Seen(Instant.EPOCH, Optional.of("/home"), Double.NaN));
    backend.getListState(HISTORY).addAll(List.of(3, 4));
    backend.getMapState(COUNTS).put("a", 1L);
    backend.getMapState(COUNTS).put("b", 2L);
    backend.panedState("panes", TypeInformation.of(Long.class)).put(60_000, 5L);
    backend
        .timers("timers", NoNamespace.SERIALIZER, NoNamespace.SCHEMA)
        .register(99, NoNamespace.INSTANCE);
    at(backend, new User(null, 8));
    backend.getState(LAST).update(new Left(2));
  }

  private static void at(KeyedStateBackend<User> backend, User key) {
    backend.setCurrentKey(key, USER.keyCodec().hash(key));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void listsTheStatesOfAllOperators(boolean rocksDb) throws IOException {
    Path savepoint = write(rocksDb);
    Ended ended = run("state", "ls", savepoint);

    assertThat(ended.err).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.lines().get(0))
        .startsWith((rocksDb ? "Checkpoint" : "Savepoint") + " 7 of job 00000000000000ab");
    assertThat(ended.lines().get(1)).matches("UID +STATE +KIND +KEY +VALUE +ENTRIES +BYTES");
    assertThat(ended.out)
        .containsPattern("rules +counts +BROADCAST +- +String -> Long +1 ")
        .containsPattern("users +counts +MAP +StateCommandTest\\$User +String -> Long +1 ")
        .containsPattern("users +history +LIST +StateCommandTest\\$User +Integer +1 ")
        .containsPattern(
            "users +last +VALUE +StateCommandTest\\$User +StateCommandTest\\$Event +2 ")
        .containsPattern("users +panes +PANES +StateCommandTest\\$User +Long +1 ")
        .containsPattern("users +timers +TIMERS +StateCommandTest\\$User +- +1 ");
    JsonNode json = new ObjectMapper().readTree(run("state", "ls", savepoint, "--json").out);
    assertThat(json).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dumpsEveryKindAsJson(boolean rocksDb) throws IOException {
    Path savepoint = write(rocksDb);

    assertThat(run("state", "dump", savepoint, "users", "last").lines())
        .containsExactlyInAnyOrder(
            "{\"key\":{\"country\":\"ch\",\"id\":7},\"value\":{\"@type\":\"StateCommandTest$Seen\","
                + "\"at\":\"1970-01-01T00:00:00Z\",\"page\":\"/home\",\"score\":\"NaN\"}}",
            "{\"key\":{\"country\":null,\"id\":8},\"value\":{\"@type\":\"StateCommandTest$Left\","
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
  void getsWhatAKeyHas() throws IOException {
    Path savepoint = write(false);

    Ended found = run("state", "get", savepoint, "users", "last", "{\"country\":null, \"id\":8}");
    assertThat(found.code).isZero();
    assertThat(found.lines()).singleElement().asString().contains("\"times\":2");

    Ended none = run("state", "get", savepoint, "users", "last", "{\"country\":\"de\",\"id\":8}");
    assertThat(none.code).isEqualTo(1);
    assertThat(none.err).contains("has nothing for the key");
  }

  @Test
  void aMovedSavepointIsReadWhereItIs() throws IOException {
    Path moved = directory.resolve("elsewhere");
    Files.move(write(false), moved);

    assertThat(run("state", "dump", moved, "rules", "counts").code).isZero();
  }

  @Test
  void aMovedCheckpointThatSharesFilesSaysSo() throws IOException {
    Path moved = directory.resolve("elsewhere");
    Files.move(write(true), moved);

    Ended ended = run("state", "ls", moved);
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.err).contains("shares files with other checkpoints").contains("savepoint");
  }

  @Test
  void wrongNamesAreSaidWithWhatThereIs() throws IOException {
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
  void damagedFilesAreNamed() throws IOException {
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

package io.millrace.client.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.storage.MountedFileStore;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.netty.BatchCodec;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
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
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.state.heap.TableKeyedStateBackend;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.state.rocksdb.RocksDbStorage;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A savepoint or checkpoint with state of every kind, as a job would leave it. */
public final class SampleSnapshots {
  private static final int GROUPS = 128;
  private static final StateTtlConfig HOUR = StateTtlConfig.of(Duration.ofHours(1));

  /** A key. */
  public record User(String country, long id) {}

  /** What is stored of a user. */
  public sealed interface Event permits Seen, Left {}

  /** One variant. */
  public record Seen(Instant at, Optional<String> page, double score) implements Event {}

  /** Another. */
  public record Left(int times) implements Event {}

  /** An enum in state. */
  public enum Mood {
    GOOD,
    BAD
  }

  /** A class that contains itself. */
  public static final class Basket {
    private Mood mood;
    private BigDecimal price;
    private List<Basket> inner = new ArrayList<>();
    private Map<LocalDate, byte[]> files = new TreeMap<>();
    private char grade = 'a';
  }

  private static final ValueStateDescriptor<Event> LAST =
      new ValueStateDescriptor<>("last", Event.class);
  private static final ValueStateDescriptor<Basket> BASKET =
      new ValueStateDescriptor<>("basket", Basket.class);
  private static final ListStateDescriptor<Integer> HISTORY =
      new ListStateDescriptor<>("history", Integer.class);
  private static final MapStateDescriptor<String, Long> COUNTS =
      new MapStateDescriptor<>("counts", String.class, Long.class);
  private static final ReducingStateDescriptor<Long> MOST =
      new ReducingStateDescriptor<>("most", Math::max, Long.class);
  private static final TypeInformation<User> USER = TypeInformation.of(User.class);
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);

  static final List<User> IN_FLIGHT = List.of(new User("fr", 1), new User(null, 2));

  private SampleSnapshots() {}

  /** Makes the directory of a version: run by hand, when the format changes. */
  public static void main(String[] directory) throws Exception {
    Path store = Path.of(directory[0]);
    Path savepoint = write(store, false);
    write(store, true);
    Files.write(store.resolve("entries.jsonl"), CompatibilityTest.entries(savepoint));
  }

  /**
   * Writes a savepoint of the heap, or a checkpoint in RocksDB's own files.
   *
   * @param store made if it isn't there; the database, which is scratch, is beside it
   * @return its directory
   */
  public static Path write(Path store, boolean rocksDb) throws Exception {
    ClassLoader loader = SampleSnapshots.class.getClassLoader();
    KeyedStateContext<User> context =
        new KeyedStateContext<>(
            "users",
            USER,
            new KeyGroupRange(0, GROUPS - 1),
            GROUPS,
            HandleFactory.plain(),
            () -> 1_000,
            loader);
    try (RocksDbEnvironment databases =
        new RocksDbEnvironment(
            store.resolveSibling("databases"),
            new RocksDbSettings(1 << 20, 8 << 20, 4 << 20, 100, 16, 1 << 20, true))) {
      KeyedStateBackend<User> backend =
          rocksDb
              ? RocksDbStorage.open(context, databases)
              : TableKeyedStateBackend.onHeap(context);
      fill(backend);
      OperatorStateBackend rules = new OperatorStateBackend("rules", loader);
      rules.getBroadcastState(COUNTS).put("limit", 5L);
      rules.getListState(HISTORY).add(8);
      Path written = write(new MountedFileStore(store), store, backend, rules, rocksDb);
      backend.close();
      return written;
    }
  }

  private static Path write(
      MountedFileStore files,
      Path store,
      KeyedStateBackend<User> backend,
      OperatorStateBackend rules,
      boolean rocksDb)
      throws Exception {
    String name = "jobs/j/" + (rocksDb ? "chk-7" : "savepoint-7");
    KeyedCut cut = backend.snapshot(rocksDb ? CutKind.FILES : CutKind.WHOLE);
    while (backend.goOnWithCut()) {
      continue;
    }
    Map<String, StateHandles> written;
    try (cut;
        SnapshotFileWriter writer = new SnapshotFileWriter(files, name + "/state", GROUPS)) {
      writer.writeKeyed(
          "users",
          cut,
          new SharedUpload(SharedFilesByOperator.EMPTY, (uid, file) -> "jobs/j/shared/7-" + file));
      writer.writeOperator("rules", rules.snapshot().orElseThrow());
      if (rocksDb) {
        // A savepoint has none.
        writer.writeChannel("users", new EdgeId("source", "", 0), USER.schema(), recordsInFlight());
      }
      written = writer.commit();
    }
    assertThat(written.get("users").sharedPaths().isEmpty()).isEqualTo(!rocksDb);
    new CheckpointStore(files, "test")
        .writeMetadata(
            new CheckpointMetadata(
                new JobId("00000000000000ab"),
                new CheckpointId(7),
                !rocksDb,
                name,
                1_764_000_000_000L,
                1,
                List.of(
                    operator("rules", written.get("rules")),
                    operator("users", written.get("users")))));
    return store.resolve(name);
  }

  private static BinaryWriter recordsInFlight() {
    ObjectBatch batch = new ObjectBatch(consumed -> {}, 4);
    batch.begin(ObjectLayout.rows(USER));
    for (User user : IN_FLIGHT) {
      int at = batch.size++;
      if (batch.layout == null) {
        batch.values[at] = user;
      } else {
        int words = batch.layout.words();
        int references = batch.layout.references();
        batch.layout.store(user, batch.rows, at * words, batch.values, at * references);
      }
      batch.stamp(at, 1_000 + at);
    }
    BatchCodec codec = codec();
    codec.encode(batch, 0, Integer.MAX_VALUE);
    BinaryWriter frames = new BinaryWriter();
    frames.writeInt(codec.encoded().size());
    frames.writeBytes(codec.encoded().array(), 0, codec.encoded().size());
    return frames;
  }

  private static BatchCodec codec() {
    return BatchCodec.of(ObjectLayout.of(USER), SampleSnapshots.class.getClassLoader());
  }

  /** The users that were in flight to the operator of a checkpoint. */
  static List<User> readInFlight(MountedFileStore files, ChannelSection channel) throws Exception {
    byte[] bytes = new SnapshotReader(files, GROUPS).readChannel("users", channel, USER.schema());
    BinaryReader frames = new BinaryReader(bytes, SampleSnapshots.class.getClassLoader());
    byte[] frame = frames.readBytes(frames.readInt());
    assertThat(frames.remaining()).isZero();
    ObjectBatch batch = (ObjectBatch) codec().decode(frame, 0, frame.length);
    List<User> users = new ArrayList<>();
    for (int i = 0; i < batch.size; i++) {
      assertThat(batch.timestamp(i)).isEqualTo(1_000 + i);
      users.add((User) batch.value(i));
    }
    return users;
  }

  private static OperatorState operator(String uid, StateHandles handles) {
    return new OperatorState(uid, true, uid, GROUPS, List.of(handles), Optional.empty());
  }

  private static void fill(KeyedStateBackend<User> backend) throws Exception {
    ListStateDescriptor<Integer> timed = new ListStateDescriptor<>("timed", Integer.class);
    timed.enableTimeToLive(HOUR);
    at(backend, new User("ch", 7));
    backend.getState(LAST).update(new Seen(Instant.EPOCH, Optional.of("/home"), Double.NaN));
    backend.getState(BASKET).update(basket());
    backend.getListState(HISTORY).addAll(List.of(3, 4));
    backend.getListState(timed).add(5);
    backend.getMapState(COUNTS).put("a", 1L);
    backend.getMapState(COUNTS).put("b", 2L);
    backend.getReducingState(MOST).add(9L);
    backend.panedState("panes", LONG).put(60_000, 5L);
    backend.panedRows("rows", USER).add(60_000, new User("de", 1), 3);
    backend
        .timers("timers", NoNamespace.SERIALIZER, NoNamespace.SCHEMA)
        .register(99, NoNamespace.INSTANCE);
    at(backend, new User(null, 8));
    backend.getState(LAST).update(new Left(2));
  }

  private static Basket basket() {
    Basket basket = new Basket();
    basket.mood = Mood.BAD;
    basket.price = new BigDecimal("12.50");
    basket.inner.add(new Basket());
    basket.files.put(LocalDate.EPOCH, new byte[] {1, 2, 3});
    return basket;
  }

  private static void at(KeyedStateBackend<User> backend, User key) {
    backend.setCurrentKey(key, USER.keyCodec().hash(key));
  }
}

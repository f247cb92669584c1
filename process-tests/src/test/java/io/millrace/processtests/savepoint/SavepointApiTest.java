package io.millrace.processtests.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.api.datastream.CloseableIterator;
import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.SavepointReader;
import io.millrace.api.datastream.SavepointWriter;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.api.datastream.state.KeyedEntry;
import io.millrace.client.local.MiniCluster;
import io.millrace.connectors.kafka.KafkaSource;
import io.millrace.connectors.kafka.OffsetsInitializer;
import io.millrace.core.function.TimeDomain;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.StateBackend;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.FormerNames;
import io.millrace.formats.json.JsonDeserializationSchema;
import io.millrace.processtests.savepoint.Stock.Item;
import io.millrace.processtests.savepoint.Stock.Last;
import io.millrace.runtime.state.IncompatibleStateException;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.task.TaskTuning;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** State is written and read by programs of bounded streams, and jobs go on with it. */
class SavepointApiTest {
  private static final int SHOPS = 40;
  private static final int ITEMS = 400;

  private static final Queue<String> TOLD = new ConcurrentLinkedQueue<>();

  @TempDir Path directory;

  private static StreamExecutionEnvironment environment(StateBackend backend, int parallelism) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    env.setStateBackend(backend);
    return env;
  }

  /** Amounts are ids; of a shop the ids that are its number modulo all. */
  private static List<Item> items() {
    List<Item> items = new ArrayList<>();
    for (int id = 0; id < ITEMS; id++) {
      items.add(new Item("shop " + id % SHOPS, id, id));
    }
    return items;
  }

  @Test
  void anUnalignedCheckpointIsNotCarriedOver() {
    Path unaligned =
        Path.of("../client/src/test/snapshots/0.1.0-in-flight/jobs/j/chk-7").toAbsolutePath();
    assertThatThrownBy(
            () ->
                SavepointWriter.from(
                    environment(StateBackend.HEAP, 1),
                    unaligned.toString(),
                    directory.resolve("new").toString()))
        .hasMessageContaining("unaligned")
        .hasMessageContaining("'users'")
        .hasMessageContaining("Take a savepoint");
  }

  private String bootstrapped(StateBackend backend, String name) throws Exception {
    String target = directory.resolve(name).toString();
    StreamExecutionEnvironment env = environment(backend, 2);
    SavepointWriter.create(env, target)
        .setMaxParallelism(256)
        .bootstrap("stock", env.fromData(items()).keyBy(Item::shop), new Stock.Fill())
        .write();
    env.execute("bootstrap");
    return target;
  }

  private static <T> List<T> all(DataStream<T> stream) throws Exception {
    List<T> found = new ArrayList<>();
    try (CloseableIterator<T> records = stream.executeAndCollect()) {
      records.forEachRemaining(found::add);
    }
    return found;
  }

  private static <V> Map<String, V> byKey(DataStream<KeyedEntry<String, V>> stream)
      throws Exception {
    Map<String, V> found = new TreeMap<>();
    for (KeyedEntry<String, V> entry : all(stream)) {
      assertThat(found.put(entry.key(), entry.value())).as("%s twice", entry.key()).isNull();
    }
    return found;
  }

  @ParameterizedTest
  @EnumSource(StateBackend.class)
  void whatWasBootstrappedIsReadBackInEveryKind(StateBackend backend) throws Exception {
    String savepoint = bootstrapped(backend, "new");

    StreamExecutionEnvironment env = environment(StateBackend.HEAP, 3);
    SavepointReader reader = SavepointReader.open(env, savepoint);
    SavepointReader.Keyed<String> stock = reader.keyed("stock", String.class);

    assertThat(byKey(stock.state(Stock.last())))
        .hasSize(SHOPS)
        .containsEntry("shop 7", new Last(ITEMS - SHOPS + 7, ITEMS - SHOPS + 7));
    assertThat(all(stock.state(Stock.last()))).allMatch(entry -> entry.updated().isPresent());
    Map<String, List<Long>> amounts = byKey(stock.state(Stock.amounts()));
    assertThat(amounts).hasSize(SHOPS);
    assertThat(amounts.get("shop 7")).hasSize(ITEMS / SHOPS).startsWith(7L, 47L);
    Map<String, Map<Integer, Last>> items = byKey(stock.state(Stock.items()));
    assertThat(items).hasSize(SHOPS);
    assertThat(items.get("shop 7")).hasSize(ITEMS / SHOPS).containsEntry(47, new Last(47, 47));
    assertThat(byKey(stock.state(Stock.sum()))).hasSize(SHOPS).containsEntry("shop 0", 1800L);
    assertThat(byKey(stock.state(Stock.ids()))).hasSize(SHOPS).containsEntry("shop 1", 1810L);
    assertThat(byKey(stock.timers(TimeDomain.EVENT_TIME)))
        .hasSize(SHOPS)
        .containsEntry("shop 3", 10L);
    assertThat(byKey(stock.timers(TimeDomain.PROCESSING_TIME)))
        .hasSize(SHOPS)
        .containsEntry("shop 3", Long.MAX_VALUE - 1);
    assertThat(all(reader.listState("stock", Stock.notes())))
        .containsExactly("subtask 0", "subtask 1");
  }

  @ParameterizedTest
  @EnumSource(StateBackend.class)
  void aJobGoesOnFromWhatWasBootstrapped(StateBackend backend) throws Exception {
    StateBackend other = backend == StateBackend.HEAP ? StateBackend.ROCKSDB : StateBackend.HEAP;
    List<String> told = resumed(bootstrapped(other, "new"), backend);

    assertThat(told)
        .hasSize(SHOPS)
        .contains(
            "shop 39 at 10: [39, 79, 119, 159, 199, 239, 279, 319, 359, 399, 1000]"
                + " {39=39, 79=79, 119=119, 159=159, 199=199, 239=239, 279=279, 319=319, 359=359,"
                + " 399=399, 1000=1000} 3190 ids 3190");
  }

  /** One more item for one shop, and the timers of all. */
  private static List<String> resumed(String savepoint, StateBackend backend) throws Exception {
    TOLD.clear();
    StreamExecutionEnvironment env = environment(backend, 3);
    env.setMaxParallelism(256);
    env.fromData(new Item("shop 39", 1000, 1000))
        .uid("more")
        .keyBy(Item::shop)
        .process(new Stock.Keep())
        .uid("stock")
        .map(
            line -> {
              TOLD.add(line);
              return line;
            })
        .sinkTo(new DiscardingSink<>());
    try (MiniCluster cluster =
        MiniCluster.start(MiniCluster.Settings.of(3, SavepointApiTest.class.getClassLoader()))) {
      cluster
          .submit(Graphs.of(env, "resumed", 3), Optional.of(savepoint), false)
          .result()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS)
          .orThrow();
    }
    return List.copyOf(TOLD);
  }

  @FormerNames("io.millrace.processtests.savepoint.Stock$Last")
  record Latest(long amount, long id, String currency) {
    Latest() {
      this(0, 0, "EUR");
    }
  }

  @Test
  void aTypeThatHasChangedIsReadAsItIsNow() throws Exception {
    String savepoint = bootstrapped(StateBackend.HEAP, "new");
    SavepointReader reader = SavepointReader.open(environment(StateBackend.HEAP, 2), savepoint);

    assertThat(
            byKey(
                reader
                    .keyed("stock", String.class)
                    .state(new ValueStateDescriptor<>("last", Latest.class))))
        .hasSize(SHOPS)
        .containsEntry("shop 7", new Latest(ITEMS - SHOPS + 7, ITEMS - SHOPS + 7, "EUR"));
  }

  @Test
  void operatorsAreRemovedReplacedAndCarriedOver() throws Exception {
    String first = directory.resolve("first").toString();
    StreamExecutionEnvironment env = environment(StateBackend.ROCKSDB, 2);
    SavepointWriter writer = SavepointWriter.create(env, first).setMaxParallelism(256);
    for (String uid : List.of("stock", "spare", "old")) {
      writer.bootstrap(uid, env.fromData(items()).keyBy(Item::shop), new Stock.Fill());
    }
    writer.write();
    env.execute("first");

    String second = directory.resolve("second").toString();
    env = environment(StateBackend.HEAP, 3);
    SavepointWriter.from(env, first, second)
        .remove("old")
        .bootstrap(
            "spare", env.fromData(new Item("shop 1", 5, 6)).keyBy(Item::shop), new Stock.Fill())
        .write();
    env.execute("second");

    SavepointReader reader = SavepointReader.open(environment(StateBackend.HEAP, 2), second);
    assertThat(byKey(reader.keyed("spare", String.class).state(Stock.sum())))
        .isEqualTo(Map.of("shop 1", 6L));
    assertThat(byKey(reader.keyed("stock", String.class).state(Stock.sum()))).hasSize(SHOPS);
    assertThat(all(reader.listState("stock", Stock.notes())))
        .containsExactlyInAnyOrder("subtask 0", "subtask 1");
    assertThatThrownBy(() -> reader.keyed("old", String.class).state(Stock.sum()))
        .hasMessageContaining("There is no operator with the uid 'old'");

    String third = directory.resolve("third").toString();
    env = environment(StateBackend.HEAP, 2);
    SavepointWriter.from(env, second, third).remove("spare").write();
    env.execute("third");
    assertThat(resumed(third, StateBackend.ROCKSDB)).hasSize(SHOPS);
    try (Stream<Path> files = Files.list(Path.of(third))) {
      assertThat(files).hasSize(2);
    }
  }

  record Count(long key, long number) {
    Count plus(Count next) {
      return new Count(key, number + next.number);
    }
  }

  @Test
  void aRetainedCheckpointInFilesOfRocksDbIsReadAndCopied() throws Exception {
    StreamExecutionEnvironment env = environment(StateBackend.ROCKSDB, 2);
    env.enableCheckpointing(Duration.ofMillis(100));
    env.getCheckpointConfig().setRetainedCheckpoints(10_000);
    env.fromSequence(0, Long.MAX_VALUE / 4)
        .uid("numbers")
        .map(number -> new Count(number % 1_000, 1))
        .keyBy(Count::key)
        .reduce(Count::plus)
        .uid("counts")
        .sinkTo(new DiscardingSink<>());
    MiniCluster.Settings settings =
        new MiniCluster.Settings(
            1,
            2,
            Optional.of(directory.resolve("cluster")),
            Optional.empty(),
            new RocksDbSettings(256 << 10, 16 << 20, 8 << 20, 1_000, 100, 4 << 20, true),
            TaskTuning.FULL,
            SavepointApiTest.class.getClassLoader());
    try (MiniCluster cluster = MiniCluster.start(settings)) {
      JobHandle job = cluster.submit(Graphs.of(env, "counts", 2), Optional.empty(), false);
      Path checkpoint =
          directory.resolve("cluster/checkpoints").resolve(job.id().value()).resolve("chk-3");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> Files.exists(checkpoint.resolve("_metadata")));
      assertThat(counts(checkpoint.toString())).hasSize(1_000);

      String copy = directory.resolve("copy").toString();
      StreamExecutionEnvironment copying = environment(StateBackend.HEAP, 1);
      SavepointWriter.from(copying, checkpoint.toString(), copy).write();
      copying.execute("copy");
      assertThat(counts(copy)).isEqualTo(counts(checkpoint.toString()));
      // In order, so that nothing is still being written to the directory that is deleted next.
      job.stop(Optional.empty(), false).toCompletableFuture().get(60, TimeUnit.SECONDS);
      job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  /** By key. Numbers come in order, so all are of about the same count. */
  private static Map<Long, Long> counts(String savepoint) throws Exception {
    Map<Long, Long> counts = new TreeMap<>();
    for (KeyedEntry<Long, Count> entry :
        all(
            SavepointReader.open(environment(StateBackend.HEAP, 2), savepoint)
                .keyed("counts", Long.class)
                .state(new ValueStateDescriptor<>("$reduced", Count.class)))) {
      assertThat(entry.value().key()).isEqualTo(entry.key());
      assertThat(counts.put(entry.key(), entry.value().number())).isNull();
    }
    return counts;
  }

  @Test
  void whatCanNotBeReadIsSaidBeforeAnythingRuns() throws Exception {
    String savepoint = bootstrapped(StateBackend.HEAP, "new");
    StreamExecutionEnvironment env = environment(StateBackend.HEAP, 2);
    SavepointReader reader = SavepointReader.open(env, savepoint);

    assertThatThrownBy(() -> SavepointReader.open(env, directory.resolve("none").toString()))
        .hasMessageContaining("is no completed checkpoint or savepoint");
    assertThatThrownBy(() -> reader.keyed("stocks", String.class).state(Stock.sum()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean 'stock'?");
    assertThatThrownBy(
            () ->
                reader
                    .keyed("stock", String.class)
                    .state(new ValueStateDescriptor<>("lasts", Last.class)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean 'last'?");
    assertThatThrownBy(() -> reader.keyed("stock", Long.class).state(Stock.sum()))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("its key type changed, which keys cannot");
    assertThatThrownBy(
            () ->
                reader
                    .keyed("stock", String.class)
                    .state(new MapStateDescriptor<>("last", Integer.class, Last.class)))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("it was VALUE state and is now MAP");
  }

  @Test
  void whatCanNotBeWrittenIsSaidBeforeAnythingRuns() throws Exception {
    String savepoint = bootstrapped(StateBackend.HEAP, "new");
    StreamExecutionEnvironment env = environment(StateBackend.HEAP, 2);

    assertThatThrownBy(() -> SavepointWriter.create(env, savepoint))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("is a savepoint already");
    String next = directory.resolve("next").toString();
    assertThatThrownBy(() -> SavepointWriter.from(env, savepoint, next).remove("stocks"))
        .hasMessageContaining("There is no operator with the uid 'stocks' to be removed");
    SavepointWriter writer = SavepointWriter.create(env, next);
    DataStream<Item> items = env.fromData(items());
    writer.bootstrap("stock", items.keyBy(Item::shop), new Stock.Fill());
    assertThatThrownBy(() -> writer.bootstrap("stock", items.keyBy(Item::shop), new Stock.Fill()))
        .hasMessageContaining("bootstrapped twice");
    DataStream<Item> endless =
        env.fromSource(
            KafkaSource.<Item>builder()
                .setBootstrapServers("localhost:1")
                .setTopics("items")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setValueOnlyDeserializer(new JsonDeserializationSchema<>(Item.class))
                .build(),
            WatermarkStrategy.noWatermarks(),
            "endless");
    assertThatThrownBy(() -> writer.bootstrap("more", endless.keyBy(Item::shop), new Stock.Fill()))
        .hasMessageContaining("comes from source 'endless', which never ends");
  }
}

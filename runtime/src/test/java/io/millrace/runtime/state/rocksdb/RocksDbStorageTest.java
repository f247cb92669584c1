package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.TimerQueue;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import io.millrace.runtime.state.heap.KeyedStateContext;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksDBException;

class RocksDbStorageTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final ValueStateDescriptor<Long> SUM =
      new ValueStateDescriptor<>("sum", Long.class);
  private static final ListStateDescriptor<String> NAMES =
      new ListStateDescriptor<>("names", String.class);

  private final List<Backends<?>> made = new ArrayList<>();

  private <K> Backends<K> backends(Kind kind, TypeInformation<K> keys, MemoryFileStore store) {
    Backends<K> backends = new Backends<>(kind, keys, store);
    made.add(backends);
    return backends;
  }

  private Backends<Long> backends(Kind kind) {
    return backends(kind, LONG, new MemoryFileStore());
  }

  @AfterEach
  void close() throws IOException {
    for (Backends<?> backends : made) {
      backends.close();
    }
  }

  /** The same random work, handed from one kind and parallelism to another by snapshots. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyKindRestoresEveryOther(long seed) throws Exception {
    Random random = new Random(seed);
    MemoryFileStore store = new MemoryFileStore();
    TreeMap<Long, Long> sums = new TreeMap<>();
    TreeMap<Long, List<String>> names = new TreeMap<>();
    TreeMap<Long, Map<Long, Long>> panes = new TreeMap<>();
    TreeMap<Long, List<Long>> timers = new TreeMap<>();
    List<StateHandles> handles = List.of();
    for (int hop = 0; hop < 6; hop++) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      int parallelism = 1 + random.nextInt(3);
      Backends<Long> hopped = backends(kind, LONG, store);
      List<KeyedStateBackend<Long>> all = hopped.restoreAll(parallelism, handles);
      for (int i = 0; i < 3000; i++) {
        long key = random.nextInt(2000) - 3;
        KeyedStateBackend<Long> backend = hopped.at(all, key);
        work(backend, key, random, sums, names, panes, timers);
        if (random.nextInt(200) == 0) {
          backend.cleanUpSome();
        }
      }
      check(hopped, all, sums, names, panes, timers);
      List<StateHandles> next = new ArrayList<>();
      for (KeyedStateBackend<Long> backend : all) {
        assertThat(backend.unclaimedStates()).isEmpty();
        next.add(hopped.snapshot(backend));
      }
      handles = next;
    }
  }

  private static void work(
      KeyedStateBackend<Long> backend,
      long key,
      Random random,
      Map<Long, Long> sums,
      Map<Long, List<String>> names,
      Map<Long, Map<Long, Long>> panes,
      Map<Long, List<Long>> timers)
      throws Exception {
    ValueState<Long> sum = backend.getState(SUM);
    PanedState<Long> paned = backend.panedState("p", LONG);
    long pane = random.nextInt(4) * 10L - 10;
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> {
        Long before = sum.value();
        assertThat(before).isEqualTo(sums.get(key));
        sum.update((before == null ? 0 : before) + 1);
        sums.merge(key, 1L, Long::sum);
      }
      case 3 -> {
        sum.clear();
        sums.remove(key);
      }
      case 4 -> {
        backend.getListState(NAMES).add("n" + key);
        names.computeIfAbsent(key, k -> new ArrayList<>()).add("n" + key);
      }
      case 5, 6 -> {
        Long before = paned.get(pane);
        paned.put(pane, (before == null ? 0 : before) + key);
        panes.computeIfAbsent(pane, p -> new HashMap<>()).merge(key, key, Long::sum);
      }
      default -> {
        if (backend.timers("t").register(key * 7, NoNamespace.INSTANCE)) {
          timers.computeIfAbsent(key * 7, t -> new ArrayList<>()).add(key);
        }
      }
    }
  }

  private static void check(
      Backends<Long> backends,
      List<KeyedStateBackend<Long>> all,
      Map<Long, Long> sums,
      Map<Long, List<String>> names,
      Map<Long, Map<Long, Long>> panes,
      Map<Long, List<Long>> timers)
      throws Exception {
    for (long key = -3; key < 2000; key++) {
      KeyedStateBackend<Long> backend = backends.at(all, key);
      assertThat(backend.getState(SUM).value()).isEqualTo(sums.get(key));
      assertThat(backend.getListState(NAMES).get())
          .containsExactlyElementsOf(names.getOrDefault(key, List.of()));
    }
    Map<Long, Map<Long, Long>> walked = new TreeMap<>();
    long timerCount = 0;
    for (KeyedStateBackend<Long> backend : all) {
      PanedState<Long> paned = backend.panedState("p", LONG);
      for (long pane : paned.panes()) {
        try (PaneCursor<Long> cursor = paned.cursor(pane)) {
          while (cursor.advance()) {
            assertThat(
                    walked
                        .computeIfAbsent(pane, p -> new HashMap<>())
                        .put(backend.currentKey(), cursor.accumulator()))
                .isNull();
          }
        }
      }
      TimerQueue<?> queue = backend.timers("t");
      timerCount += queue.size();
    }
    assertThat(walked).isEqualTo(panes);
    assertThat(timerCount).isEqualTo(timers.values().stream().mapToLong(List::size).sum());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void valuesWithClassNamesAreWrittenAsTheHeapWritesThem(Kind kind) throws Exception {
    MemoryFileStore store = new MemoryFileStore();
    Backends<Long> from = backends(kind, LONG, store);
    KeyedStateBackend<Long> backend = from.create();
    ValueStateDescriptor<Object> any =
        new ValueStateDescriptor<Object>("any", TypeInformation.lateTyped());
    for (long key = 0; key < 300; key++) {
      from.at(backend, key);
      backend.getState(any).update(late(key));
      backend.<Object>panedState("p", TypeInformation.lateTyped()).put(key % 3, late(key));
    }
    List<StateHandles> handles = List.of(from.snapshot(backend));
    for (Kind to : Kind.values()) {
      Backends<Long> target = backends(to, LONG, store);
      List<KeyedStateBackend<Long>> restored = target.restoreAll(2, handles);
      for (long key = 0; key < 300; key++) {
        KeyedStateBackend<Long> owner = target.at(restored, key);
        assertThat(owner.getState(any).value()).isEqualTo(late(key));
        assertThat(owner.<Object>panedState("p", TypeInformation.lateTyped()).get(key % 3))
            .isEqualTo(late(key));
      }
    }
  }

  private record Named(String name, int number) {}

  private static Object late(long key) {
    return key % 3 == 0 ? (Object) ("s" + key) : key % 3 == 1 ? key : new Named("n", (int) key);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aCutHasWhatWasUnclaimedThenThoughItIsClaimedMeanwhile(Kind kind) throws IOException {
    Backends<Long> backends = backends(kind);
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    backend.getState(SUM).update(5L);
    backend.getListState(NAMES).add("a");
    KeyedStateBackend<Long> restored = backends.restore(0, 1, List.of(backends.snapshot(backend)));
    KeyedCut cut = restored.snapshot();
    backends.at(restored, 1L).getState(SUM).update(6L);
    restored.dropUnclaimedStates();

    KeyedStateBackend<Long> last =
        backends.at(backends.restore(0, 1, List.of(backends.write(cut))), 1L);
    assertThat(last.unclaimedStates()).containsExactly("names", "sum");
    assertThat(last.getState(SUM).value()).isEqualTo(5);
    assertThat(last.getListState(NAMES).get()).containsExactly("a");
  }

  @Test
  void aViewKeepsTheDatabaseUntilItIsClosed() throws IOException {
    Backends<Long> backends = backends(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    backend.getState(SUM).update(5L);
    KeyedCut cut = backend.snapshot();
    backend.close();

    List<StateHandles> written = List.of(backends.write(cut));
    assertThat(files(backends.directory())).isEmpty();
    KeyedStateBackend<Long> restored = backends.at(backends.restore(0, 1, written), 1L);
    assertThat(restored.getState(SUM).value()).isEqualTo(5);
  }

  @Test
  void theCacheKnowsHowLargeEntriesAreThatWereNeverWritten() throws IOException {
    Backends<Long> values = large(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = values.create();
    ValueState<byte[]> state = backend.getState(new ValueStateDescriptor<>("v", byte[].class));
    for (long key = 0; key < 200; key++) {
      values.at(backend, key);
      state.update(random(key, 100_000));
    }
    assertThat(onDisk(values)).isGreaterThan(8 << 20);

    Backends<String> keys = large(TypeInformation.of(String.class));
    KeyedStateBackend<String> counts = keys.create();
    ValueState<Long> count = counts.getState(new ValueStateDescriptor<>("count", Long.class));
    for (long key = 0; key < 200; key++) {
      String text = Base64.getEncoder().encodeToString(random(key, 75_000));
      keys.at(counts, text);
      count.update(key);
    }
    assertThat(onDisk(keys)).isGreaterThan(6 << 20);
  }

  @Test
  void aLargeKeyGroupIsWrittenInPartsAndRestored() throws IOException {
    Backends<Long> backends = backends(Kind.ROCKSDB_SMALL_CACHE);
    KeyedStateBackend<Long> backend = backends.create();
    ValueStateDescriptor<byte[]> descriptor = new ValueStateDescriptor<>("v", byte[].class);
    ValueState<byte[]> state = backend.getState(descriptor);
    List<Long> keys =
        LongStream.iterate(0, key -> key + 1)
            .filter(key -> KeyGroups.groupOf(KeyHash.ofLong(key), Backends.GROUPS) == 5)
            .limit(12)
            .boxed()
            .toList();
    for (long key : keys) {
      backends.at(backend, key);
      state.update(random(key, 300_000));
    }
    KeyedCut cut = backend.snapshot();
    while (backend.goOnWithCut()) {
      continue;
    }
    Parts parts = new Parts();
    cut.writeGroup(5, parts);
    cut.writeGroup(6, parts);
    assertThat(parts.states).isOne();
    assertThat(parts.bytes).isEqualTo(parts.size).isGreaterThan(12 * 300_000);
    assertThat(parts.largest).isLessThan(1_400_000);

    List<StateHandles> written = List.of(backends.write(cut));
    for (Kind kind : List.of(Kind.HEAP, Kind.ROCKSDB, Kind.ROCKSDB_SMALL_CACHE)) {
      Backends<Long> others = backends(kind, LONG, backends.store());
      KeyedStateBackend<Long> restored = others.restore(0, 1, written);
      ValueState<byte[]> again = restored.getState(descriptor);
      for (long key : keys) {
        others.at(restored, key);
        assertThat(again.value()).isEqualTo(random(key, 300_000));
      }
    }
  }

  /** Counts what comes. */
  private static final class Parts implements SectionOutput {
    private int states;
    private long size;
    private long bytes;
    private long largest;

    @Override
    public void begin(StateMeta meta, int announced) {
      states++;
      size += announced;
    }

    @Override
    public void part(BinaryWriter part) {
      bytes += part.size();
      largest = Math.max(largest, part.size());
    }
  }

  /** With a cache of 4 MiB, in which everything may be dirty; write buffers have less. */
  private <K> Backends<K> large(TypeInformation<K> keyType) {
    Backends<K> large = Backends.withCache(4 << 20, 0, keyType, new MemoryFileStore());
    made.add(large);
    return large;
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static long onDisk(Backends<?> of) throws IOException {
    long bytes = 0;
    for (Path file : files(of.directory())) {
      bytes += Files.exists(file) ? Files.size(file) : 0;
    }
    return bytes;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void damagedFilesAreRefusedByName() throws IOException {
    Backends<Long> backends = backends(Kind.ROCKSDB_NO_CACHE);
    KeyedStateBackend<Long> backend = backends.create();
    ValueState<String> state = backend.getState(new ValueStateDescriptor<>("text", String.class));
    fill(backends, backend, state, 12_000);
    for (Path file : files(backends.directory())) {
      if (file.toString().endsWith(".sst")) {
        try (RandomAccessFile table = new RandomAccessFile(file.toFile(), "rw")) {
          table.write(new byte[(int) table.length()]);
        }
      }
    }

    assertThatThrownBy(
            () -> {
              for (long key = 0; key < 12_000; key++) {
                backends.at(backend, key);
                state.value();
              }
            })
        .isInstanceOf(RocksDbException.class)
        .hasMessageContaining("operator op")
        .hasMessageContaining(backends.directory().toString())
        .hasMessageContaining("last checkpoint");
  }

  /** More than write buffers hold. */
  private static void fill(
      Backends<Long> backends,
      KeyedStateBackend<Long> backend,
      ValueState<String> state,
      int keys) {
    Random random = new Random(1);
    for (long key = 0; key < keys; key++) {
      backends.at(backend, key);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 64; i++) {
        text.append(Long.toHexString(random.nextLong()));
      }
      state.update(text.toString());
    }
  }

  @Test
  void aDiskThatTakesNothingMoreFailsByName() throws IOException {
    Backends<Long> backends = backends(Kind.ROCKSDB_NO_CACHE);
    KeyedStateBackend<Long> backend = backends.create();
    ValueState<String> state = backend.getState(new ValueStateDescriptor<>("text", String.class));
    fill(backends, backend, state, 10);
    try (Stream<Path> databases = Files.list(backends.directory())) {
      Directories.delete(databases.findFirst().orElseThrow());
    }

    assertThatThrownBy(() -> fill(backends, backend, state, 100_000))
        .isInstanceOf(RocksDbException.class)
        .hasMessageContaining("operator op could not be")
        .hasMessageContaining(backends.directory().toString())
        .hasMessageContaining("taskmanager.work-directory");
  }

  @Test
  void aFullDiskIsNamedWithTheRemedy() {
    RocksDBException full =
        new RocksDBException("IO error: No space left on device: While appending to 000012.sst");
    assertThat(new RocksDbException("op", "written", Path.of("/data/state"), full))
        .hasMessageContaining("operator op")
        .hasMessageContaining("/data/state")
        .hasMessageContaining("larger disk");
  }

  @Test
  void aKeyTypeThatIsNoneLeavesNothingBehind() throws IOException {
    Backends<Double> backends =
        backends(Kind.ROCKSDB, TypeInformation.of(Double.class), new MemoryFileStore());

    assertThatThrownBy(backends::create).isInstanceOf(UnsupportedTypeException.class);
    assertThat(files(backends.directory())).isEmpty();
  }

  @Test
  void aPlaceThatIsNoneIsNamed(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "no directory");
    KeyedStateContext<Long> context =
        new KeyedStateContext<>(
            "op",
            LONG,
            new KeyGroupRange(0, 127),
            128,
            HandleFactory.plain(),
            () -> 0,
            getClass().getClassLoader());
    try (RocksDbEnvironment environment =
        new RocksDbEnvironment(
            file.resolve("state"),
            new RocksDbSettings(1 << 20, 1 << 20, 1 << 20, 100, 16, 0, true))) {
      assertThatThrownBy(() -> RocksDbStorage.open(context, environment))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("operator op")
          .hasMessageContaining(file.toString())
          .hasMessageContaining("taskmanager.work-directory");
    }
  }
}

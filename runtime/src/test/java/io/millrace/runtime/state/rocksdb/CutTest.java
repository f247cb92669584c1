package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.StateTtlConfig.UpdateType;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Cuts that are written while the state goes on, beside the heap's. */
class CutTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final ValueStateDescriptor<Long> FLAT =
      new ValueStateDescriptor<>("flat", Long.class);
  private static final ValueStateDescriptor<String> TIMED = timed();
  private static final ListStateDescriptor<Integer> LIST =
      new ListStateDescriptor<>("list", Integer.class);
  private static final MapStateDescriptor<String, Long> MAP =
      new MapStateDescriptor<>("map", String.class, Long.class);
  private static final ReducingStateDescriptor<int[]> MUTABLE =
      new ReducingStateDescriptor<>(
          "mutable",
          (a, b) -> {
            a[0] += b[0];
            return a;
          },
          TypeInformation.of(int[].class));
  private static final int KEYS = 300;

  private final MemoryFileStore store = new MemoryFileStore();
  private final Backends<Long> heaps = new Backends<>(Kind.HEAP, LONG, store);
  private final List<Backends<Long>> opened = new ArrayList<>(List.of(heaps));

  private static ValueStateDescriptor<String> timed() {
    ValueStateDescriptor<String> descriptor = new ValueStateDescriptor<>("timed", String.class);
    descriptor.enableTimeToLive(
        new StateTtlConfig(Duration.ofMillis(500), UpdateType.ON_READ_AND_WRITE));
    return descriptor;
  }

  @AfterEach
  void close() throws IOException {
    for (Backends<Long> backends : opened) {
      backends.close();
    }
  }

  private Backends<Long> rocksDbs(Kind kind) {
    Backends<Long> backends = new Backends<>(kind, LONG, store);
    opened.add(backends);
    return backends;
  }

  static Stream<Arguments> kindsAndSeeds() {
    return Stream.of(Kind.ROCKSDB, Kind.ROCKSDB_SMALL_CACHE, Kind.ROCKSDB_NO_CACHE)
        .flatMap(kind -> Stream.of(1L, 2L, 3L, 4L, 5L, 6L).map(seed -> Arguments.of(kind, seed)));
  }

  /** What is changed, removed, evicted or dropped between a cut and its view is not in it. */
  @ParameterizedTest
  @MethodSource("kindsAndSeeds")
  void aCutIsTheStateOfItsMomentHoweverLongItIsWritten(Kind kind, long seed) throws Exception {
    Random random = new Random(seed);
    Backends<Long> rocksDbs = rocksDbs(kind);
    KeyedStateBackend<Long> heap = heaps.create();
    KeyedStateBackend<Long> rocksDb = rocksDbs.create();
    KeyedCut pending = null;
    List<StateHandles> atCut = List.of();
    int compared = 0;
    int unprepared = 0;
    for (int i = 0; i < 6_000; i++) {
      act(heap, rocksDb, rocksDbs, random);
      int next = random.nextInt(400);
      if (next < 3 && pending == null) {
        // A cut that nobody waits for any more may still be under way.
        pending = rocksDb.snapshot(random.nextBoolean() ? CutKind.FILES : CutKind.WHOLE);
        atCut = List.of(heaps.snapshot(heap));
        unprepared += pending.prepared().toCompletableFuture().isDone() ? 0 : 1;
      } else if (next == 3 && pending != null) {
        pending.close();
        pending = null;
      } else if (next < 40) {
        rocksDb.goOnWithCut();
      } else if (next < 60) {
        rocksDb.cleanUpSome();
      }
      // Files are made some time after the cut is prepared.
      if (pending != null
          && pending.prepared().toCompletableFuture().isDone()
          && random.nextInt(20) == 0) {
        KeyedStateBackend<Long> restored =
            (random.nextBoolean() ? heaps : rocksDbs)
                .restore(0, 1, List.of(rocksDbs.write(pending)));
        KeyedStateBackend<Long> expected = heaps.restore(0, 1, atCut);
        assertThat(content(restored)).as("seed %d, step %d", seed, i).isEqualTo(content(expected));
        restored.close();
        expected.close();
        pending = null;
        compared++;
      }
    }
    if (pending != null) {
      pending.close();
    }
    assertThat(content(rocksDb)).isEqualTo(content(heap));
    assertThat(compared).isPositive();
    if (kind != Kind.ROCKSDB_NO_CACHE) {
      assertThat(unprepared).isPositive();
    }
  }

  private void act(
      KeyedStateBackend<Long> heap,
      KeyedStateBackend<Long> rocksDb,
      Backends<Long> rocksDbs,
      Random random)
      throws Exception {
    long key = random.nextInt(KEYS) - 2;
    long seed = random.nextLong();
    heaps.at(heap, key);
    rocksDbs.at(rocksDb, key);
    act(heap, new Random(seed));
    act(rocksDb, new Random(seed));
    if (random.nextInt(100) == 0) {
      int millis = random.nextInt(100);
      heaps.advance(millis);
      rocksDbs.advance(millis);
    }
  }

  private static void act(KeyedStateBackend<Long> backend, Random random) throws Exception {
    int n = random.nextInt(1000);
    long pane = random.nextInt(3) * 10L - 10;
    PanedState<int[]> panes = backend.panedState("panes", TypeInformation.of(int[].class));
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> {
        ValueState<Long> flat = backend.getState(FLAT);
        Long before = flat.value();
        flat.update((before == null ? 0 : before) + n);
      }
      case 3 -> backend.getState(FLAT).clear();
      case 4 -> backend.getState(TIMED).update("v" + n);
      case 5 -> backend.getState(TIMED).value();
      case 6 -> backend.getListState(LIST).add(n);
      case 7 -> backend.getMapState(MAP).put("k" + n % 5, (long) n);
      case 8 -> backend.getMapState(MAP).remove("k" + n % 5);
      case 9 -> backend.getReducingState(MUTABLE).add(new int[] {n});
      case 10 -> {
        int[] sum = panes.get(pane);
        if (sum == null) {
          sum = new int[1];
        }
        sum[0] += n;
        panes.put(pane, sum);
      }
      case 11 -> {
        if (n < 20) {
          panes.drop(pane);
        } else {
          panes.remove(pane);
        }
      }
      case 12 -> backend.timers("t").register(n, NoNamespace.INSTANCE);
      default -> backend.getListState(LIST).clear();
    }
  }

  /** All there is, in a form that can be compared. */
  private Map<String, Object> content(KeyedStateBackend<Long> backend) throws Exception {
    Map<String, Object> content = new TreeMap<>();
    for (long key = -2; key < KEYS; key++) {
      heaps.at(backend, key);
      content.put(key + " flat", String.valueOf(backend.getState(FLAT).value()));
      content.put(key + " timed", String.valueOf(backend.getState(TIMED).value()));
      content.put(
          key + " list",
          StreamSupport.stream(backend.getListState(LIST).get().spliterator(), false).toList());
      Map<String, Long> map = new TreeMap<>();
      backend.getMapState(MAP).entries().forEach(e -> map.put(e.getKey(), e.getValue()));
      content.put(key + " map", map);
      int[] reduced = backend.getReducingState(MUTABLE).get();
      content.put(key + " mutable", reduced == null ? -1 : reduced[0]);
    }
    PanedState<int[]> panes = backend.panedState("panes", TypeInformation.of(int[].class));
    for (long pane : panes.panes()) {
      try (PaneCursor<int[]> cursor = panes.cursor(pane)) {
        while (cursor.advance()) {
          content.put("pane " + pane + " " + backend.currentKey(), cursor.accumulator()[0]);
        }
      }
    }
    content.put("timers", backend.timers("t").size());
    return content;
  }

  private KeyedStateBackend<Long> filled(Backends<Long> backends, int keys) {
    KeyedStateBackend<Long> backend = backends.create();
    for (long key = 0; key < keys; key++) {
      backends.at(backend, key).getState(FLAT).update(key);
    }
    return backend;
  }

  @Test
  void aBarrierWritesNothingItself() {
    Backends<Long> backends = rocksDbs(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = filled(backends, 5_000);
    KeyedCut cut = backend.snapshot();
    assertThat(cut.prepared().toCompletableFuture()).isNotDone();
    int chunks = 1;
    while (backend.goOnWithCut()) {
      chunks++;
    }
    assertThat(cut.prepared().toCompletableFuture()).isDone();
    assertThat(chunks).isGreaterThanOrEqualTo(5_000 / 16);
    cut.close();
  }

  @Test
  void theNextCutFinishesTheOneBefore() throws IOException {
    Backends<Long> backends = rocksDbs(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = filled(backends, 1_000);
    KeyedCut first = backend.snapshot();
    for (long key = 0; key < 1_000; key++) {
      backends.at(backend, key).getState(FLAT).update(-key);
    }
    KeyedCut second = backend.snapshot();

    assertThat(first.prepared().toCompletableFuture()).isDone();
    assertThat(second.prepared().toCompletableFuture()).isNotDone();
    KeyedStateBackend<Long> atFirst = heaps.restore(0, 1, List.of(backends.write(first)));
    KeyedStateBackend<Long> atSecond = heaps.restore(0, 1, List.of(backends.write(second)));
    for (long key = 0; key < 1_000; key++) {
      assertThat(heaps.at(atFirst, key).getState(FLAT).value()).isEqualTo(key);
      assertThat(heaps.at(atSecond, key).getState(FLAT).value()).isEqualTo(-key);
    }
  }

  @Test
  void anAbortedCutTakesNoViewAndTheNextOneIsWhole() throws IOException {
    Backends<Long> backends = rocksDbs(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = filled(backends, 1_000);
    KeyedCut aborted = backend.snapshot();
    backend.goOnWithCut();
    aborted.close();
    backends.at(backend, 7L).getState(FLAT).update(-7L);

    KeyedCut next = backend.snapshot();
    assertThatThrownBy(() -> backends.write(aborted)).isInstanceOf(CancellationException.class);
    KeyedStateBackend<Long> restored = heaps.restore(0, 1, List.of(backends.write(next)));
    assertThat(heaps.at(restored, 7L).getState(FLAT).value()).isEqualTo(-7);
    assertThat(heaps.at(restored, 999L).getState(FLAT).value()).isEqualTo(999);
    // A view that was left open would keep the database: Backends.close() would find it.
  }

  @Test
  void aBackendMayCloseWhileACutIsWritten() {
    Backends<Long> backends = rocksDbs(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = filled(backends, 1_000);
    KeyedCut cut = backend.snapshot();
    backend.goOnWithCut();
    backend.close();
    assertThat(backend.goOnWithCut()).isFalse();
    assertThat(cut.prepared().toCompletableFuture()).isNotDone();
    cut.close();
  }
}

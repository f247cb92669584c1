package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever comes while a cut is written, it is written in shares, and not at all for nobody. */
class CutProgressTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final ValueStateDescriptor<Long> FLAT =
      new ValueStateDescriptor<>("flat", Long.class);

  /** In the cache's own count, of a number by a number. */
  private static final int BYTES_PER_ENTRY = 50;

  private final MemoryFileStore store = new MemoryFileStore();
  private final List<Backends<Long>> opened = new ArrayList<>();
  private final Backends<Long> heaps = backends(Kind.HEAP);

  @AfterEach
  void close() throws IOException {
    for (Backends<Long> backends : opened) {
      backends.close();
    }
  }

  private Backends<Long> backends(Kind kind) {
    return opened(new Backends<>(kind, LONG, store));
  }

  private Backends<Long> withCache(long bytes, long spareBytes) {
    return opened(Backends.withCache(bytes, spareBytes, LONG, store));
  }

  private Backends<Long> opened(Backends<Long> backends) {
    opened.add(backends);
    return backends;
  }

  private static KeyedStateBackend<Long> filled(Backends<Long> backends, int keys) {
    KeyedStateBackend<Long> backend = backends.create();
    for (long key = 0; key < keys; key++) {
      backends.at(backend, key).getState(FLAT).update(key);
    }
    return backend;
  }

  @Test
  void aBarrierWritesNothingOfAnAbandonedCut() throws IOException {
    Backends<Long> backends = backends(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = filled(backends, 5_000);
    KeyedCut aborted = backend.snapshot();
    backend.goOnWithCut();
    backends.at(backend, 7L).getState(FLAT).update(-7L);
    aborted.close();

    KeyedCut next = backend.snapshot();
    assertThat(aborted.prepared().toCompletableFuture()).isDone();
    assertThat(next.prepared().toCompletableFuture()).isNotDone();
    backends.at(backend, 8L).getState(FLAT).update(-8L);
    int chunks = 1;
    while (backend.goOnWithCut()) {
      chunks++;
    }
    assertThat(chunks).isGreaterThanOrEqualTo((5_000 - 32) / 16);
    KeyedStateBackend<Long> restored = heaps.restore(0, 1, List.of(backends.write(next)));
    for (long key = 0; key < 5_000; key++) {
      assertThat(heaps.at(restored, key).getState(FLAT).value()).isEqualTo(key == 7 ? -7 : key);
    }
    assertThat(backends.at(backend, 8L).getState(FLAT).value()).isEqualTo(-8);
  }

  @Test
  void anAbandonedCutIsGoneOnWithNoFurther() {
    Backends<Long> backends = backends(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = filled(backends, 1_000);
    KeyedCut aborted = backend.snapshot();
    assertThat(backend.goOnWithCut()).isTrue();
    aborted.close();
    assertThat(backend.goOnWithCut()).isFalse();
    assertThat(aborted.prepared().toCompletableFuture()).isDone();
  }

  /** A dropped pane stays in the database for a cut only as long as that is wanted. */
  @Test
  void whatWaitsForACutIsDoneWhenItIsAbandoned() throws IOException {
    Backends<Long> backends = backends(Kind.ROCKSDB_SMALL_CACHE);
    KeyedStateBackend<Long> backend = backends.create();
    PanedState<Long> panes = backend.panedState("p", LONG);
    for (long key = 0; key < 1_000; key++) {
      backends.at(backend, key);
      panes.put(0, key);
    }
    KeyedCut aborted = backend.snapshot();
    // Some of the pane waits in the batch for the cut.
    for (long key = 990; key < 1_000; key++) {
      backends.at(backend, key);
      panes.put(0, -key);
    }
    panes.drop(0);
    aborted.close();
    KeyedCut next = backend.snapshot();
    for (long key = 2_000; key < 4_000; key++) {
      backends.at(backend, key);
      panes.put(0, key);
    }
    long walked = 0;
    try (PaneCursor<Long> cursor = panes.cursor(0)) {
      while (cursor.advance()) {
        assertThat(cursor.accumulator()).isEqualTo(backend.currentKey()).isGreaterThan(1_999);
        walked++;
      }
    }
    assertThat(walked).isEqualTo(2_000);
    KeyedStateBackend<Long> restored = heaps.restore(0, 1, List.of(backends.write(next)));
    assertThat(restored.panedState("p", LONG).size(0)).isZero();
  }

  /** What is in the cache is fired from there, what is not from the database. */
  @Test
  void aFiringWritesNothingOfACut() throws IOException {
    Backends<Long> backends = backends(Kind.ROCKSDB_SMALL_CACHE);
    KeyedStateBackend<Long> backend = backends.create();
    PanedState<Long> panes = backend.panedState("p", LONG);
    for (long key = 0; key < 2_000; key++) {
      backends.at(backend, key);
      panes.put(0, key);
    }
    KeyedCut cut = backend.snapshot();
    assertThat(cut.prepared().toCompletableFuture()).isNotDone();
    for (long key = 1_990; key < 2_000; key++) {
      backends.at(backend, key);
      if (key % 2 == 0) {
        panes.remove(0);
      } else {
        panes.put(0, -key);
      }
    }
    long walked = 0;
    try (PaneCursor<Long> cursor = panes.cursor(0)) {
      assertThat(cut.prepared().toCompletableFuture()).isNotDone();
      while (cursor.advance()) {
        long key = backend.currentKey();
        assertThat(cursor.accumulator()).isEqualTo(key < 1_990 ? key : -key);
        walked++;
      }
    }
    assertThat(walked).isEqualTo(1_995);
    assertThat(heaps.restore(0, 1, List.of(backends.write(cut))).panedState("p", LONG).size(0))
        .isEqualTo(2_000);
  }

  /** Room is made of the cut's own entries, a few at a time, wherever they are. */
  @Test
  void makingRoomDoesNotWriteACutToItsEnd() throws IOException {
    Backends<Long> backends = withCache(200 << 10, 0);
    KeyedStateBackend<Long> backend = backends.create();
    PanedState<Long> panes = backend.panedState("p", LONG);
    for (long key = 0; key < 1_000; key++) {
      backends.at(backend, key);
      panes.put(key % 10, key);
    }
    KeyedCut cut = backend.snapshot();
    // A table of more than the average, all newer than the cut, fills the cache and 300 more.
    long room = (200 << 10) / BYTES_PER_ENTRY - 1_000;
    for (long key = 0; key < room + 300; key++) {
      backends.at(backend, 10_000 + key);
      panes.put(100, key);
    }
    assertThat(cut.prepared().toCompletableFuture()).isNotDone();
    KeyedStateBackend<Long> restored = heaps.restore(0, 1, List.of(backends.write(cut)));
    PanedState<Long> read = restored.panedState("p", LONG);
    for (long key = 0; key < 1_000; key++) {
      heaps.at(restored, key);
      assertThat(read.get(key % 10)).isEqualTo(key);
    }
    assertThat(read.contains(100)).isFalse();
  }

  @Test
  void largeValuesMakeSmallShares() {
    Backends<Long> backends = backends(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = backends.create();
    ValueStateDescriptor<String> text = new ValueStateDescriptor<>("text", String.class);
    for (long key = 0; key < 100; key++) {
      backends.at(backend, key).getState(text).update("x".repeat(100_000));
    }
    KeyedCut cut = backend.snapshot();
    int shares = 1;
    while (backend.goOnWithCut()) {
      shares++;
    }
    assertThat(shares).isGreaterThanOrEqualTo(30);
    cut.close();
  }

  /** What a cut has let become too much goes by and by. */
  @Test
  void theCacheCatchesUpInShares() throws IOException {
    Backends<Long> backends = withCache(200 << 10, 4 << 20);
    KeyedStateBackend<Long> backend = filled(backends, 10);
    writtenLate(backends, backend, 10_000);
    for (long key = 10_000; key < 10_100; key++) {
      backends.at(backend, key).getState(FLAT).update(key);
    }
    assertThat(sharesOfNextCut(backend)).isGreaterThanOrEqualTo((10_100 - 400) / 16);
  }

  @Test
  void tooManyDirtyEntriesAreWrittenInShares() throws IOException {
    Backends<Long> backends = withCache(64 << 20, 0);
    KeyedStateBackend<Long> backend = filled(backends, 10);
    writtenLate(backends, backend, 40_000);
    for (long key = 40_000; key < 40_100; key++) {
      backends.at(backend, key).getState(FLAT).update(key);
    }
    assertThat(sharesOfNextCut(backend)).isGreaterThanOrEqualTo((40_100 - 400) / 16);
  }

  /** Updates as many keys before the files of a cut are made. */
  private static void writtenLate(
      Backends<Long> backends, KeyedStateBackend<Long> backend, int keys) throws IOException {
    KeyedCut cut = backend.snapshot(CutKind.FILES);
    while (backend.goOnWithCut()) {
      continue;
    }
    for (long key = 0; key < keys; key++) {
      backends.at(backend, key).getState(FLAT).update(-key);
    }
    assertThat(backends.write(cut).keyed().get(0).image()).isPresent();
  }

  private static int sharesOfNextCut(KeyedStateBackend<Long> backend) {
    KeyedCut cut = backend.snapshot();
    int shares = 1;
    while (backend.goOnWithCut()) {
      shares++;
    }
    cut.close();
    return shares;
  }
}

package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SharedUpload;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StoreFiles;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files of a cut, and the task that goes on while they are made. */
class CutFilesTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final ValueStateDescriptor<Long> FLAT =
      new ValueStateDescriptor<>("flat", Long.class);
  private static final int KEYS = 500;

  private final MemoryFileStore store = new MemoryFileStore();
  private final List<Backends<Long>> opened = new ArrayList<>();
  private final Backends<Long> heaps = opened(new Backends<>(Kind.HEAP, LONG, store));
  private int written;

  @AfterEach
  void close() throws IOException {
    for (Backends<Long> backends : opened) {
      backends.close();
    }
  }

  private Backends<Long> opened(Backends<Long> backends) {
    opened.add(backends);
    return backends;
  }

  private Backends<Long> withCache(long bytes, long spareBytes) {
    return opened(Backends.withCache(bytes, spareBytes, LONG, store));
  }

  private static void fill(
      Backends<Long> backends, KeyedStateBackend<Long> backend, long from, long to, long factor) {
    for (long key = from; key < to; key++) {
      backends.at(backend, key).getState(FLAT).update(key * factor);
    }
  }

  private static KeyedCut prepared(KeyedStateBackend<Long> backend) {
    KeyedCut cut = backend.snapshot(CutKind.FILES);
    while (backend.goOnWithCut()) {
      continue;
    }
    assertThat(cut.prepared().toCompletableFuture()).isCompleted();
    return cut;
  }

  /** The keys from 0 on, and none behind them. */
  private void checkRestored(StateHandles handles, long keys, long factor) throws IOException {
    KeyedStateBackend<Long> restored = heaps.restore(0, 1, List.of(handles));
    for (long key = 0; key < keys + 100; key++) {
      assertThat(heaps.at(restored, key).getState(FLAT).value())
          .isEqualTo(key < keys ? key * factor : null);
    }
    restored.close();
  }

  private static boolean isInFiles(StateHandles handles) {
    return handles.keyed().get(0).image().isPresent();
  }

  @Test
  void theCacheHoldsSomewhatMoreUntilFilesAreMade() throws IOException {
    Backends<Long> backends = withCache(64 << 10, 4 << 20);
    KeyedStateBackend<Long> backend = backends.create();
    fill(backends, backend, 0, KEYS, 1);
    KeyedCut cut = prepared(backend);
    fill(backends, backend, 0, 10 * KEYS, 2);
    StateHandles handles = backends.write(cut);
    assertThat(isInFiles(handles)).isTrue();
    checkRestored(handles, KEYS, 1);
    checkRestored(backends.snapshot(backend), 10 * KEYS, 2);
  }

  @Test
  void aCutGoesOnWithoutFilesWhereTheCacheCanHoldNoMore() throws IOException {
    Backends<Long> backends = withCache(64 << 10, 0);
    KeyedStateBackend<Long> backend = backends.create();
    fill(backends, backend, 0, KEYS, 1);
    KeyedCut cut = prepared(backend);
    fill(backends, backend, 0, 10 * KEYS, 2);
    StateHandles handles = backends.write(cut);
    assertThat(isInFiles(handles)).isFalse();
    checkRestored(handles, KEYS, 1);
    StateHandles next = backends.write(prepared(backend));
    assertThat(isInFiles(next)).isTrue();
    checkRestored(next, 10 * KEYS, 2);
  }

  /** The I/O thread makes files when it likes; they are of the cut, or there are none. */
  @Test
  void theTaskNeverWaitsForFilesAndNothingNewerIsInThem() throws IOException {
    Backends<Long> backends = withCache(64 << 10, 0);
    KeyedStateBackend<Long> backend = backends.create();
    fill(backends, backend, 0, KEYS, 1);
    for (int round = 2; round < 42; round++) {
      fill(backends, backend, 0, KEYS, round);
      KeyedCut cut = prepared(backend);
      CompletableFuture<StateHandles> io = CompletableFuture.supplyAsync(() -> write(cut));
      // With and without want of room, and with the next barrier.
      fill(backends, backend, 0, round % 2 == 0 ? KEYS : 10 * KEYS, -1);
      if (round % 4 < 2) {
        cut.close();
        KeyedCut next = backend.snapshot(CutKind.FILES);
        fill(backends, backend, 0, KEYS, -2);
        next.close();
      }
      try {
        StateHandles handles = io.join();
        KeyedStateBackend<Long> restored = heaps.restore(0, 1, List.of(handles));
        for (long key = 0; key < KEYS; key++) {
          assertThat(heaps.at(restored, key).getState(FLAT).value()).isEqualTo(key * round);
        }
        restored.close();
      } catch (CompletionException e) {
        assertThat(e).hasCauseInstanceOf(CancellationException.class);
        assertThat(round % 4).isLessThan(2);
      }
    }
  }

  private StateHandles write(KeyedCut cut) {
    int number = written++;
    try (cut;
        SnapshotFileWriter writer =
            new SnapshotFileWriter(store, "chk/io-" + number, Backends.GROUPS)) {
      writer.writeKeyed("op", cut, upload(SharedFilesByOperator.EMPTY, "io-" + number));
      return writer.commit().get("op");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SharedUpload upload(SharedFilesByOperator base, String checkpoint) {
    return new SharedUpload(base, (uid, name) -> "shared/" + checkpoint + "-" + name);
  }

  /** The files come before all else; what fails after them leaves none and harms none. */
  @Test
  void aWriterThatFailsLaterHarmsNoSharedFile() throws IOException {
    Backends<Long> backends = withCache(64 << 10, 0);
    KeyedStateBackend<Long> backend = backends.create();
    fill(backends, backend, 0, KEYS, 1);
    SharedUpload first = upload(SharedFilesByOperator.EMPTY, "1");
    StateHandles one = backends.write(prepared(backend), first);

    fill(backends, backend, 0, KEYS, 2);
    SharedUpload second = upload(first.files(), "2");
    assertThatThrownBy(() -> backends.write(new FailingCut(prepared(backend)), second))
        .isInstanceOf(IOException.class)
        .hasMessage("no place for groups");
    assertThat(store.list("shared")).anyMatch(path -> path.startsWith("shared/2-"));
    assertThat(store.list("chk")).hasSize(1);
    try (Stream<Path> all = Files.list(backends.directory())) {
      assertThat(all).noneMatch(path -> path.getFileName().toString().contains("-cut-"));
    }
    checkRestored(one, KEYS, 1);

    StateHandles three = backends.write(prepared(backend), upload(first.files(), "3"));
    assertThat(three.sharedPaths()).noneMatch(path -> path.startsWith("shared/2-"));
    checkRestored(three, KEYS, 2);
    checkRestored(one, KEYS, 1);
  }

  /** Can't be written after its files. */
  private record FailingCut(KeyedCut cut) implements KeyedCut {
    @Override
    public KeyGroupRange keyGroups() {
      return cut.keyGroups();
    }

    @Override
    public CompletionStage<Void> prepared() {
      return cut.prepared();
    }

    @Override
    public void writeGroup(int group, SectionOutput out) throws IOException {
      throw new IOException("no place for groups");
    }

    @Override
    public <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException {
      return cut.withFiles(use);
    }

    @Override
    public void close() {
      cut.close();
    }
  }
}

package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.IncompatibleStateException;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SharedUpload;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshots that are the files of the database. */
class ImageTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final ValueStateDescriptor<Long> SUM =
      new ValueStateDescriptor<>("sum", Long.class);
  private static final ValueStateDescriptor<String> NAME =
      new ValueStateDescriptor<>("name", String.class);
  private static final int KEYS = 2_000;

  private final MemoryFileStore store = new MemoryFileStore();
  private final List<Backends<Long>> opened = new ArrayList<>();
  private final Backends<Long> backends = backends(Kind.ROCKSDB_SMALL_CACHE);

  private Backends<Long> backends(Kind kind) {
    Backends<Long> made = new Backends<>(kind, LONG, store);
    opened.add(made);
    return made;
  }

  @AfterEach
  void close() throws IOException {
    for (Backends<Long> one : opened) {
      one.close();
    }
  }

  private void fill(KeyedStateBackend<Long> backend, long factor) {
    for (long key = 0; key < KEYS; key++) {
      backends.at(backend, key);
      backend.getState(SUM).update(key * factor);
      backend.panedState("panes", LONG).put(key % 3, key * factor);
    }
  }

  private void check(KeyedStateBackend<Long> backend, long factor) {
    PanedState<Long> panes = backend.panedState("panes", LONG);
    long entries = 0;
    for (long key = 0; key < KEYS; key++) {
      if (!backend.keyGroups().contains(group(key))) {
        continue;
      }
      entries++;
      backends.at(backend, key);
      assertThat(backend.getState(SUM).value()).isEqualTo(key * factor);
      assertThat(panes.get(key % 3)).isEqualTo(key * factor);
      assertThat(panes.get((key + 1) % 3)).isNull();
    }
    long walked = 0;
    for (long pane : panes.panes()) {
      try (PaneCursor<Long> cursor = panes.cursor(pane)) {
        long before = walked;
        while (cursor.advance()) {
          walked++;
        }
        assertThat(panes.size(pane)).isEqualTo(walked - before);
      }
    }
    assertThat(walked).isEqualTo(entries);
  }

  private static int group(long key) {
    return KeyGroups.groupOf(LONG.keyCodec().hash(key), Backends.GROUPS);
  }

  private static StoreImage image(StateHandles handles) {
    return handles.keyed().get(0).image().orElseThrow();
  }

  private StateHandles files(KeyedStateBackend<Long> backend) throws IOException {
    return backends.write(backend.snapshot(CutKind.FILES));
  }

  private static Set<String> paths(StateHandles handles) {
    return new TreeSet<>(handles.sharedPaths());
  }

  private record Word(String text) {}

  /**
   * What has class names in it can't be copied as it stands, and so is never left to files: not
   * even where the only table that has any is gone before the cut is written.
   */
  @Test
  void isNotMadeOfAPaneWithClassNamesThatIsDroppedMeanwhile() throws IOException {
    Backends<Long> large = backends(Kind.ROCKSDB);
    KeyedStateBackend<Long> backend = large.create();
    PanedState<Object> panes = backend.panedState("late", TypeInformation.lateTyped());
    for (long key = 0; key < 500; key++) {
      large.at(backend, key);
      panes.put(1, new Word("w" + key));
    }
    KeyedCut cut = backend.snapshot(CutKind.FILES);
    assertThat(cut.prepared().toCompletableFuture()).isNotDone();
    panes.drop(1);
    for (long key = 0; key < 500; key++) {
      large.at(backend, key);
      panes.put(2, new Word("newer"));
    }
    StateHandles handles = large.write(cut);
    assertThat(handles.keyed()).allMatch(section -> section.image().isEmpty());

    KeyedStateBackend<Long> restored = backends(Kind.HEAP).restore(0, 1, List.of(handles));
    PanedState<Object> read = restored.panedState("late", TypeInformation.lateTyped());
    assertThat(read.panes()).containsExactly(1);
    for (long key = 0; key < 500; key++) {
      large.at(restored, key);
      assertThat(read.get(1)).isEqualTo(new Word("w" + key));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void isReadByEveryBackendAtEveryParallelism(Kind kind) throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 3);
    backends.at(backend, 5L).timers("t").register(77, NoNamespace.INSTANCE);
    StateHandles handles = files(backend);
    assertThat(image(handles).files()).isNotEmpty();
    for (int parallelism : new int[] {1, 3}) {
      int timers = 0;
      for (KeyedStateBackend<Long> restored :
          backends(kind).restoreAll(parallelism, List.of(handles))) {
        check(restored, 3);
        timers += restored.timers("t").size();
      }
      assertThat(timers).isEqualTo(1);
    }
  }

  @Test
  void sectionsOfSeveralSubtasksComeTogether() throws IOException {
    List<StateHandles> handles = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      KeyedStateBackend<Long> part = backends.create(i, 3);
      for (long key = 0; key < KEYS; key++) {
        if (part.keyGroups().contains(group(key))) {
          backends.at(part, key).getState(SUM).update(key);
          part.panedState("panes", LONG).put(key % 3, key);
        }
      }
      handles.add(files(part));
    }
    for (KeyedStateBackend<Long> restored : backends.restoreAll(2, handles)) {
      check(restored, 1);
    }
  }

  /** CC10: what a complete checkpoint has is not brought again, and nothing else is relied on. */
  @Test
  void onlyNewFilesAreBrought() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    SharedUpload first = upload(SharedFilesByOperator.EMPTY, 1);
    StateHandles one = write(backend, first);
    backends.at(backend, 1L).getState(SUM).update(-1L);
    SharedUpload second = upload(first.files(), 2);
    StateHandles two = write(backend, second);
    backends.at(backend, 1L).getState(SUM).update(1L);
    // The second was not confirmed.
    StateHandles three = write(backend, upload(first.files(), 3));

    assertThat(paths(two)).containsAll(paths(one));
    Set<String> added = paths(two);
    added.removeAll(paths(one));
    assertThat(added).isNotEmpty().allMatch(path -> path.startsWith("shared/2-"));
    assertThat(paths(three)).containsAll(paths(one)).doesNotContainAnyElementsOf(added);
    check(backends.restore(0, 1, List.of(three)), 1);
  }

  private static SharedUpload upload(SharedFilesByOperator base, int checkpoint) {
    return new SharedUpload(base, (uid, name) -> "shared/" + checkpoint + "-" + name);
  }

  private StateHandles write(KeyedStateBackend<Long> backend, SharedUpload upload)
      throws IOException {
    return backends.write(backend.snapshot(CutKind.FILES), upload);
  }

  @Test
  void aRestoredBackendGoesOnWithTheFilesAndSharesThem() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    StateHandles handles = files(backend);
    KeyedStateBackend<Long> restored = backends.create();
    List<SharedFile> files =
        restored.restore(
            List.of(handles), new SnapshotReader(store, Backends.GROUPS, backends.images()));

    assertThat(files).isEqualTo(image(handles).files());
    backends.at(restored, 3L).getState(SUM).update(33L);
    backends.at(restored, 3L).getState(SUM).update(3L);
    StateHandles next = write(restored, upload(SharedFilesByOperator.of("op", files), 9));
    assertThat(paths(next)).containsAll(paths(handles));
    check(restored, 1);
    check(backends.restore(0, 1, List.of(next)), 1);
  }

  @Test
  void damagedOrMissingFilesAreRefusedByName() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    StateHandles handles = files(backend);
    String path = image(handles).files().get(0).path();
    byte[] whole = store.bytes(path);
    byte[] flipped = whole.clone();
    flipped[flipped.length / 2] ^= 1;

    store.put(path, flipped);
    for (Kind kind : Kind.values()) {
      refused(kind, handles, path, "checksum");
    }
    store.put(path, Arrays.copyOf(whole, whole.length - 1));
    refused(Kind.ROCKSDB, handles, path, "bytes");
    store.delete(path);
    refused(Kind.ROCKSDB, handles, path, "is missing");
    refused(Kind.HEAP, handles, path, "is missing");
  }

  private void refused(Kind kind, StateHandles handles, String path, String why) {
    assertThatThrownBy(() -> backends(kind).restore(0, 1, List.of(handles)))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining(path)
        .hasMessageContaining(why);
  }

  @Test
  void aDamagedDescriptionIsRefusedByName() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    StateHandles handles = files(backend);
    String path = image(handles).description().path();
    byte[] damaged = store.bytes(path).clone();
    damaged[(int) image(handles).description().offset() + 20] ^= 1;
    store.put(path, damaged);
    refused(Kind.ROCKSDB, handles, path, "checksum");
  }

  @Test
  void whatNobodyRegistersStaysAndCanBeDropped() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    KeyedStateBackend<Long> second = backends.restore(0, 1, List.of(files(backend)));
    assertThat(second.unclaimedStates()).containsExactly("panes", "sum");
    backends.at(second, 1L).getState(NAME).update("one");

    for (CutKind kind : CutKind.values()) {
      for (Kind to : Kind.values()) {
        StateHandles handles = backends.write(second.snapshot(kind));
        KeyedStateBackend<Long> third = backends(to).restore(0, 1, List.of(handles));
        check(third, 1);
        assertThat(backends.at(third, 1L).getState(NAME).value()).isEqualTo("one");
      }
    }

    KeyedCut before = second.snapshot(CutKind.FILES);
    second.dropUnclaimedStates();
    assertThat(second.unclaimedStates()).isEmpty();
    check(backends.restore(0, 1, List.of(backends.write(before))), 1);
    KeyedStateBackend<Long> last = backends.restore(0, 1, List.of(files(second)));
    assertThat(backends.at(last, 1L).getState(SUM).value()).isNull();
    assertThat(last.getState(NAME).value()).isEqualTo("one");
  }

  @Test
  void aTimeToLiveMayBeAddedAndATypeNotChanged() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    StateHandles handles = files(backend);
    KeyedStateBackend<Long> timed = backends.restore(0, 1, List.of(handles));
    ValueStateDescriptor<Long> expiring = new ValueStateDescriptor<>("sum", Long.class);
    expiring.enableTimeToLive(StateTtlConfig.of(Duration.ofHours(1)));
    ValueState<Long> state = timed.getState(expiring);
    for (long key = 0; key < KEYS; key++) {
      backends.at(timed, key);
      assertThat(state.value()).isEqualTo(key);
    }
    assertThat(timed.unclaimedStates()).containsExactly("panes");

    KeyedStateBackend<Long> other = backends.restore(0, 1, List.of(handles));
    assertThatThrownBy(() -> other.getState(new ValueStateDescriptor<>("sum", String.class)))
        .isInstanceOf(IncompatibleStateException.class);
  }

  @Test
  void stateWithClassNamesIsWritten() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    ValueStateDescriptor<Object> any =
        new ValueStateDescriptor<Object>("any", TypeInformation.lateTyped());
    backends.at(backend, 1L).getState(any).update("late");
    StateHandles handles = files(backend);

    assertThat(handles.keyed().get(0).image()).isEmpty();
    KeyedStateBackend<Long> restored = backends.restore(0, 1, List.of(handles));
    check(restored, 1);
    assertThat(backends.at(restored, 1L).getState(any).value()).isEqualTo("late");
  }

  /** Nothing newer reaches the database before the files are made, or they are made first. */
  @ParameterizedTest
  @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "HEAP")
  void filesThatAreMadeLateAreOfTheCut(Kind kind) throws IOException {
    Backends<Long> others = backends(kind);
    KeyedStateBackend<Long> backend = others.create();
    fill(backend, 1);
    KeyedCut cut = backend.snapshot(CutKind.FILES);
    while (backend.goOnWithCut()) {
      continue;
    }
    fill(backend, 2);
    check(backends.restore(0, 1, List.of(others.write(cut))), 1);
    check(backend, 2);
  }

  @Test
  void anAbortedCutLeavesNoFiles() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    fill(backend, 1);
    KeyedCut unmade = backend.snapshot(CutKind.FILES);
    while (backend.goOnWithCut()) {
      continue;
    }
    unmade.close();
    fill(backend, 2);
    KeyedCut open = backend.snapshot(CutKind.FILES);
    backend.close();
    open.close();
    // Backends.close() looks that nothing is left.
    assertThat(store.list("shared").stream().collect(Collectors.toSet())).isEmpty();
  }
}

package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.StateHandles.FileSection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotFileTest {
  private static final String PATH = "chk-1/0-0";
  private static final KeyGroupRange RANGE = new KeyGroupRange(2, 5);

  private final MemoryFileStore store = new MemoryFileStore();
  private StateHandles first;
  private StateHandles second;

  @BeforeEach
  void write() throws IOException {
    try (SnapshotFileWriter writer = new SnapshotFileWriter(store, PATH, 128)) {
      writer.writeKeyed("first", new Cut("a"));
      writer.writeKeyed("second", new Cut("b"));
      writer.writeOperator("second", out -> out.state(meta("o"), entries("operator")));
      Map<String, StateHandles> handles = writer.commit();
      first = handles.get("first");
      second = handles.get("second");
      assertThat(writer.size()).isEqualTo(store.bytes(PATH).length);
    }
  }

  /** Group 3 is empty. */
  private record Cut(String prefix) implements KeyedCut {
    @Override
    public <R> Optional<R> withFiles(StoreFiles.Use<R> use) {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Void> prepared() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public KeyGroupRange keyGroups() {
      return RANGE;
    }

    @Override
    public void writeGroup(int group, SectionOutput out) throws IOException {
      if (group != 3) {
        out.state(meta("s"), entries(prefix + group));
        out.state(meta("t"), entries("other"));
      }
    }

    @Override
    public void close() {}
  }

  private static StateMeta meta(String name) {
    return new StateMeta(
        name, StateKind.VALUE, StateMeta.NONE, StateMeta.NONE, StateMeta.NONE, false);
  }

  private static BinaryWriter entries(String content) {
    BinaryWriter out = new BinaryWriter();
    out.writeString(content);
    return out;
  }

  private static String content(RawState state) {
    return state.reader(SnapshotFileTest.class.getClassLoader()).readString();
  }

  private Map<Integer, String> read(String uid, StateHandles handles, KeyGroupRange range)
      throws IOException {
    Map<Integer, String> groups = new TreeMap<>();
    new SnapshotReader(store, 128)
        .readKeyed(
            uid,
            List.of(handles),
            range,
            (group, states) -> {
              assertThat(states).extracting(s -> s.meta().name()).containsExactly("s", "t");
              groups.put(group, content(states.get(0)));
            });
    return groups;
  }

  private void readAll() throws IOException {
    read("first", first, RANGE);
    read("second", second, RANGE);
    for (FileSection section : second.operator()) {
      new SnapshotReader(store, 128).readOperator("second", section);
    }
  }

  @Test
  void sectionsAreFoundByOperatorAndGroup() throws IOException {
    assertThat(read("first", first, RANGE)).isEqualTo(Map.of(2, "a2", 4, "a4", 5, "a5"));
    assertThat(read("second", second, new KeyGroupRange(4, 4))).isEqualTo(Map.of(4, "b4"));
    assertThat(read("second", second, new KeyGroupRange(100, 110))).isEmpty();
    assertThat(
            content(
                new SnapshotReader(store, 128)
                    .readOperator("second", second.operator().get(0))
                    .get(0)))
        .isEqualTo("operator");
  }

  @Test
  void anyChangedByteIsFound() {
    byte[] good = store.bytes(PATH);
    for (int i = 0; i < good.length; i++) {
      for (int flip : new int[] {1, 0x80, 0xff}) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) flip;
        store.put(PATH, bad);
        assertThatThrownBy(this::readAll)
            .as("byte %s", i)
            .isInstanceOf(CorruptStateException.class)
            .hasMessageContaining(PATH);
      }
    }
  }

  @Test
  void aTruncatedFileIsFound() {
    byte[] good = store.bytes(PATH);
    for (int length = 0; length < good.length; length++) {
      store.put(PATH, Arrays.copyOf(good, length));
      assertThatThrownBy(this::readAll)
          .as("length %s", length)
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining(PATH);
    }
  }

  @Test
  void aFileThatIsGoneFromAmongOthersIsLostForGood() throws IOException {
    byte[] good = store.bytes(PATH);
    store.delete(PATH);
    assertThatThrownBy(this::readAll)
        .as("nothing of the checkpoint is there: the store may be out of reach")
        .isInstanceOf(NoSuchFileException.class);
    store.put(PATH + ".beside", good);
    assertThatThrownBy(this::readAll)
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining(PATH + " in")
        .hasMessageContaining("is missing, though other files");
  }

  @Test
  void aSectionIsNotTakenForAnother() {
    assertThatThrownBy(() -> read("second", first, RANGE))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("section of operator second, key group 2")
        .hasMessageContaining("first");
  }

  @Test
  void anotherFormatHashOrParallelismIsRefusedByName() {
    assertThatThrownBy(
            () ->
                new SnapshotReader(store, 256)
                    .readKeyed("first", List.of(first), RANGE, (group, states) -> {}))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("maximal parallelism 128")
        .hasMessageContaining("256");
    store.put(PATH, "something else altogether, for sure".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(this::readAll).hasMessageContaining("does not begin as a snapshot file");
  }

  @Test
  void nothingIsThereBeforeTheCommit() throws IOException {
    try (SnapshotFileWriter writer = new SnapshotFileWriter(store, "chk-2/0-0", 128)) {
      writer.writeKeyed("first", new Cut("a"));
    }
    assertThat(store.list("chk-2")).isEmpty();
  }

  @Test
  void operatorsWithoutOperatorStateHaveNoSection() throws IOException {
    List<FileSection> sections = new ArrayList<>();
    try (SnapshotFileWriter writer = new SnapshotFileWriter(store, "chk-2/0-0", 128)) {
      writer.writeOperator("first", out -> {});
      writer.commit().values().forEach(handles -> sections.addAll(handles.operator()));
    }
    assertThat(sections).isEmpty();
  }
}

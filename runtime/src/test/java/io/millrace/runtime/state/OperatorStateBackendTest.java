package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.BroadcastState;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorStateBackendTest {
  private static final ListStateDescriptor<String> LIST =
      new ListStateDescriptor<>("list", String.class);
  private static final ListStateDescriptor<Integer> UNION =
      new ListStateDescriptor<>("union", Integer.class);
  private static final MapStateDescriptor<String, Long> RULES =
      new MapStateDescriptor<>("rules", String.class, Long.class);

  private final MemoryFileStore store = new MemoryFileStore();
  private int files;

  @Test
  void splitListsAreSpreadElementByElementAndStably() throws IOException {
    List<StateHandles> three = new ArrayList<>();
    for (List<String> own : List.of(List.of("a", "b", "c"), List.<String>of(), List.of("d"))) {
      OperatorStateBackend backend = create();
      backend.getListState(LIST).addAll(own);
      three.add(snapshot(backend));
    }

    assertThat(lists(restore(three, 2))).containsExactly(List.of("a", "c"), List.of("b", "d"));
    // Of the same parallelism each gets its own.
    assertThat(lists(restore(three, 3)))
        .containsExactly(List.of("a", "b", "c"), List.of(), List.of("d"));
  }

  @Test
  void handlesMergedIntoOneAreTheSame() throws IOException {
    List<StateHandles.FileSection> sections = new ArrayList<>();
    for (String element : List.of("a", "b")) {
      OperatorStateBackend backend = create();
      backend.getListState(LIST).add(element);
      sections.addAll(snapshot(backend).operator());
    }
    StateHandles merged = new StateHandles(List.of(), sections, List.of(), List.of());

    assertThat(lists(restore(List.of(merged), 2))).containsExactly(List.of("a"), List.of("b"));
    assertThat(lists(restore(List.of(merged), 1))).containsExactly(List.of("a", "b"));
  }

  @Test
  void unionListsGoToAllAndBroadcastStateIsAnyCopy() throws IOException {
    List<StateHandles> two = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      OperatorStateBackend backend = create();
      backend.getUnionListState(UNION).add(i);
      BroadcastState<String, Long> rules = backend.getBroadcastState(RULES);
      rules.put("x", 1L);
      rules.put("y", 2L);
      rules.put("x", 3L);
      rules.put("z", 4L);
      rules.remove("z");
      two.add(snapshot(backend));
    }

    for (OperatorStateBackend backend : restore(two, 3)) {
      assertThat(backend.getUnionListState(UNION).get()).containsExactly(0, 1);
      assertThat(backend.getBroadcastState(RULES).entries())
          .containsExactly(Map.entry("x", 3L), Map.entry("y", 2L));
      assertThat(backend.getBroadcastState(RULES).get("x")).isEqualTo(3L);
      assertThat(backend.getBroadcastState(RULES).contains("z")).isFalse();
      assertThat(backend.unclaimedStates()).isEmpty();
    }
  }

  @Test
  void aCutIsNotChangedByLaterWrites() throws IOException {
    OperatorStateBackend backend = create();
    ListState<String> list = backend.getListState(LIST);
    list.add("before");
    OperatorCut cut = backend.snapshot().orElseThrow();
    list.update(List.of("after"));

    StateHandles handles = write(cut);

    assertThat(lists(restore(List.of(handles), 1))).containsExactly(List.of("before"));
  }

  @Test
  void whatNobodyRegistersIsReportedKeptOnceAndDroppedOnDemand() throws IOException {
    List<StateHandles> two = new ArrayList<>();
    for (String element : List.of("a", "b")) {
      OperatorStateBackend backend = create();
      backend.getListState(LIST).add(element);
      two.add(snapshot(backend));
    }
    List<StateHandles> passedOn = new ArrayList<>();
    for (OperatorStateBackend backend : restore(two, 2)) {
      assertThat(backend.unclaimedStates()).containsExactly("list");
      passedOn.add(snapshot(backend));
    }

    assertThat(lists(restore(passedOn, 1))).containsExactly(List.of("a", "b"));
    OperatorStateBackend dropped = restore(two, 1).get(0);
    dropped.dropUnclaimedStates();
    assertThat(dropped.unclaimedStates()).isEmpty();
    assertThat(dropped.snapshot()).isEmpty();
  }

  @Test
  void anotherKindOrTypeIsRefusedByName() throws IOException {
    OperatorStateBackend backend = create();
    backend.getListState(LIST).add("a");
    List<StateHandles> one = List.of(snapshot(backend));

    assertThatThrownBy(() -> restore(one, 1).get(0).getUnionListState(LIST))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("'list' of operator op")
        .hasMessageContaining("SPLIT_LIST");
    assertThatThrownBy(
            () ->
                restore(one, 1)
                    .get(0)
                    .getListState(new ListStateDescriptor<>("list", Integer.class)))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("String");
  }

  private static OperatorStateBackend create() {
    return new OperatorStateBackend("op", OperatorStateBackendTest.class.getClassLoader());
  }

  private StateHandles snapshot(OperatorStateBackend backend) throws IOException {
    return write(backend.snapshot().orElseThrow());
  }

  private StateHandles write(OperatorCut cut) throws IOException {
    try (SnapshotFileWriter writer = new SnapshotFileWriter(store, "chk/" + files++, 128)) {
      writer.writeOperator("op", cut);
      return writer.commit().get("op");
    }
  }

  private List<OperatorStateBackend> restore(List<StateHandles> handles, int parallelism)
      throws IOException {
    List<OperatorStateBackend> backends = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      OperatorStateBackend backend = create();
      backend.restore(handles, new SnapshotReader(store, 128), i, parallelism);
      backends.add(backend);
    }
    return backends;
  }

  private static List<List<String>> lists(List<OperatorStateBackend> backends) {
    List<List<String>> lists = new ArrayList<>();
    for (OperatorStateBackend backend : backends) {
      List<String> list = new ArrayList<>();
      backend.getListState(LIST).get().forEach(list::add);
      lists.add(list);
    }
    return lists;
  }
}

package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random updates, reads, firings, barriers, aborts, evictions and restores beside plain maps: cuts
 * that are abandoned at any moment, and cuts that are still wanted when the next one is taken.
 */
class CutModelTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final TypeInformation<int[]> INTS = TypeInformation.of(int[].class);
  private static final ValueStateDescriptor<Long> FLAT =
      new ValueStateDescriptor<>("flat", Long.class);
  private static final ValueStateDescriptor<String> TEXT =
      new ValueStateDescriptor<>("text", String.class);
  private static final int KEYS = 400;
  private static final int STEPS = 8_000;

  private final MemoryFileStore store = new MemoryFileStore();
  private final List<Backends<Long>> opened = new ArrayList<>();
  private final Backends<Long> heaps = backends(Kind.HEAP);
  private Backends<Long> databases;
  private Random random;
  private KeyedStateBackend<Long> backend;
  private Model model;
  private final List<OpenCut> cuts = new ArrayList<>();
  private final List<Firing> firings = new ArrayList<>();
  private int abandoned;
  private int wanted;
  private int compared;
  private int fired;

  /** What the state must be. */
  private record Model(
      Map<Long, Long> flat, Map<Long, String> text, TreeMap<Long, Map<Long, Integer>> panes) {
    static Model empty() {
      return new Model(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    Model copy() {
      Model copy = new Model(new TreeMap<>(flat), new TreeMap<>(text), new TreeMap<>());
      panes.forEach((start, pane) -> copy.panes.put(start, new TreeMap<>(pane)));
      return copy;
    }
  }

  private record OpenCut(KeyedCut cut, Model at) {}

  /**
   * A walk that is under way.
   *
   * @param due keys that were there at its start and were not removed since
   * @param maybe keys that were put since
   */
  private record Firing(
      long pane, PaneCursor<int[]> cursor, Set<Long> due, Set<Long> maybe, Set<Long> met) {}

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

  static Stream<Arguments> kindsAndSeeds() {
    return Stream.of(Kind.ROCKSDB, Kind.ROCKSDB_SMALL_CACHE, Kind.ROCKSDB_NO_CACHE)
        .flatMap(
            kind ->
                Stream.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L).map(seed -> Arguments.of(kind, seed)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndSeeds")
  void stateAndCutsAreWhatPlainMapsSay(Kind kind, long seed) throws Exception {
    random = new Random(seed);
    databases = backends(kind);
    backend = databases.create();
    model = Model.empty();
    for (int i = 0; i < STEPS; i++) {
      try {
        step(i);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Seed " + seed + ", step " + i, e);
      }
    }
    endFirings();
    check(backend, model);
    cuts.forEach(open -> open.cut().close());
    assertThat(List.of(abandoned, wanted, compared, fired)).allMatch(count -> count > 0);
  }

  private void step(int number) throws Exception {
    databases.at(backend, (long) random.nextInt(KEYS) - 3);
    act();
    int next = random.nextInt(300);
    if (next < 4) {
      barrier();
    } else if (next < 6) {
      abort();
    } else if (next < 8) {
      compare();
    } else if (next < 12) {
      fire();
    } else if (next < 40) {
      backend.goOnWithCut();
    } else if (next < 60) {
      backend.cleanUpSome();
    }
    for (Firing firing : List.copyOf(firings)) {
      if (random.nextInt(4) == 0) {
        go(firing, 1 + random.nextInt(5));
      }
    }
    if (number % 2_000 == 1_999) {
      check(backend, model);
    }
  }

  private void act() throws Exception {
    long key = backend.currentKey();
    long pane = random.nextInt(3) * 10L - 10;
    int n = random.nextInt(1_000);
    ValueState<Long> flat = backend.getState(FLAT);
    ValueState<String> text = backend.getState(TEXT);
    PanedState<int[]> panes = backend.panedState("panes", INTS);
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> {
        assertThat(flat.value()).isEqualTo(model.flat.get(key));
        flat.update((long) n);
        model.flat.put(key, (long) n);
      }
      case 3 -> {
        flat.clear();
        model.flat.remove(key);
      }
      case 4, 5 -> {
        text.update("v" + n);
        model.text.put(key, "v" + n);
      }
      case 6 -> {
        assertThat(text.value()).isEqualTo(model.text.get(key));
        text.clear();
        model.text.remove(key);
      }
      case 7, 8, 9 -> {
        int[] sum = panes.get(pane);
        Map<Long, Integer> expected = model.panes.computeIfAbsent(pane, p -> new TreeMap<>());
        assertThat(sum == null ? null : (Integer) sum[0]).isEqualTo(expected.get(key));
        sum = sum == null ? new int[1] : sum;
        sum[0] += n; // the state's own, perhaps
        panes.put(pane, sum);
        expected.merge(key, n, Integer::sum);
        onPane(pane, firing -> firing.maybe().add(key));
      }
      case 10 -> {
        panes.remove(pane);
        model.panes.getOrDefault(pane, new HashMap<>()).remove(key);
        onPane(pane, firing -> firing.due().remove(key));
      }
      default -> {
        if (n < 30) {
          panes.drop(pane);
          model.panes.remove(pane);
          onPane(pane, firings::remove);
        }
      }
    }
  }

  private void onPane(long pane, Consumer<Firing> action) {
    List.copyOf(firings).stream().filter(firing -> firing.pane() == pane).forEach(action);
  }

  /** As a subtask does: the cut before is abandoned, mostly; sometimes it is not known yet. */
  private void barrier() {
    if (!cuts.isEmpty()) {
      if (random.nextInt(4) > 0) {
        abort();
      } else {
        wanted++;
      }
    }
    // Firings go on over a cut that is taken between them.
    cuts.add(
        new OpenCut(
            backend.snapshot(random.nextBoolean() ? CutKind.FILES : CutKind.WHOLE), model.copy()));
  }

  private void abort() {
    if (!cuts.isEmpty()) {
      KeyedCut aborted = cuts.remove(cuts.size() - 1).cut();
      abandoned++;
      aborted.close();
      if (random.nextInt(4) == 0) {
        assertThatThrownBy(() -> databases.write(aborted))
            .isInstanceOf(CancellationException.class);
      }
    }
  }

  /** Restores what a cut has, and goes on with that now and then. */
  private void compare() throws Exception {
    if (cuts.isEmpty()) {
      return;
    }
    OpenCut open = cuts.remove(random.nextInt(cuts.size()));
    StateHandles written = databases.write(open.cut());
    KeyedStateBackend<Long> restored =
        (random.nextBoolean() ? heaps : databases).restore(0, 1, List.of(written));
    check(restored, open.at());
    restored.close();
    compared++;
    if (random.nextInt(3) == 0) {
      endFirings();
      cuts.forEach(other -> other.cut().close());
      cuts.clear();
      backend.close();
      backend = databases.restore(0, 1, List.of(written));
      model = open.at().copy();
    }
  }

  private void fire() {
    long pane = random.nextInt(3) * 10L - 10;
    if (firings.size() < 2) {
      firings.add(
          new Firing(
              pane,
              backend.panedState("panes", INTS).cursor(pane),
              new HashSet<>(model.panes.getOrDefault(pane, Map.of()).keySet()),
              new HashSet<>(),
              new HashSet<>()));
    }
  }

  private boolean go(Firing firing, int entries) {
    for (int i = 0; i < entries; i++) {
      if (!firing.cursor().advance()) {
        assertThat(firing.met()).containsAll(firing.due());
        firings.remove(firing);
        fired++;
        return false;
      }
      long key = backend.currentKey();
      assertThat(firing.met().add(key)).as("met once").isTrue();
      assertThat(firing.due().contains(key) || firing.maybe().contains(key)).isTrue();
      assertThat(firing.cursor().accumulator()[0])
          .isEqualTo(model.panes.get(firing.pane()).get(key));
    }
    return true;
  }

  private void endFirings() {
    for (Firing firing : List.copyOf(firings)) {
      while (go(firing, 100)) {
        continue;
      }
    }
  }

  private void check(KeyedStateBackend<Long> checked, Model expected) throws Exception {
    Model found = Model.empty();
    for (long key = -3; key < KEYS; key++) {
      heaps.at(checked, key);
      Long flat = checked.getState(FLAT).value();
      if (flat != null) {
        found.flat.put(key, flat);
      }
      String text = checked.getState(TEXT).value();
      if (text != null) {
        found.text.put(key, text);
      }
    }
    PanedState<int[]> panes = checked.panedState("panes", INTS);
    for (long pane : panes.panes()) {
      Map<Long, Integer> entries = new TreeMap<>();
      try (PaneCursor<int[]> cursor = panes.cursor(pane)) {
        while (cursor.advance()) {
          assertThat(entries.put(checked.currentKey(), cursor.accumulator()[0])).isNull();
        }
      }
      assertThat(panes.size(pane)).isEqualTo(entries.size());
      if (!entries.isEmpty()) {
        found.panes.put(pane, entries);
      }
    }
    Model wantedModel = expected.copy();
    wantedModel.panes.values().removeIf(Map::isEmpty);
    assertThat(found).isEqualTo(wantedModel);
  }
}

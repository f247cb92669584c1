package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.TypeHint;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.Timer;
import io.millrace.runtime.state.TimerQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(Backends.Kind.class)
class PanesAndTimersTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final TypeInformation<List<Integer>> INTEGERS =
      TypeInformation.of(new TypeHint<List<Integer>>() {});

  private final Backends<Long> backends;
  private final Backends<String> strings;

  PanesAndTimersTest(Backends.Kind kind) {
    this.backends = Backends.ofLongs(kind);
    this.strings = new Backends<>(kind, TypeInformation.of(String.class));
  }

  @AfterEach
  void close() throws IOException {
    backends.close();
    strings.close();
  }

  /** Mutating what it merges into, as aggregate functions may. */
  private static final PanedState.Merger<List<Integer>> CONCATENATION =
      new PanedState.Merger<>() {
        @Override
        public List<Integer> first(List<Integer> stored) {
          return new ArrayList<>(stored);
        }

        @Override
        public List<Integer> merge(List<Integer> merged, List<Integer> stored) {
          merged.addAll(stored);
          return merged;
        }
      };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aMergedWalkMeetsEachKeyOnceWithItsAccumulatorsInOrder(long seed) throws IOException {
    merge(new Random(seed), backends, key -> key * 0x1234_5678_9ABCL);
    merge(new Random(seed), strings, key -> "key " + key);
  }

  private <K> void merge(Random random, Backends<K> all, LongFunction<K> keys) throws IOException {
    KeyedStateBackend<K> backend = all.create();
    PanedState<List<Integer>> panes = backend.panedState("p", INTEGERS);
    int different = 1 + random.nextInt(2_000);
    TreeMap<Long, Map<K, List<Integer>>> model = new TreeMap<>();
    for (int i = 0; i < all.steps(6_000); i++) {
      long pane = random.nextInt(5) * 100L;
      K key = keys.apply(random.nextInt(different));
      all.at(backend, key);
      List<Integer> accumulator = Optional.ofNullable(panes.get(pane)).orElseGet(ArrayList::new);
      accumulator.add(i);
      panes.put(pane, accumulator);
      model.computeIfAbsent(pane, p -> new HashMap<>()).put(key, List.copyOf(accumulator));
    }
    KeyedCut cut = random.nextBoolean() ? backend.snapshot() : null;
    long[] starts = {-100, 0, 100, 200, 300, 400, 500};
    for (int from = 0; from < starts.length; from++) {
      for (int to = from + 1; to <= starts.length; to++) {
        Map<K, List<Integer>> expected = new HashMap<>();
        for (int i = from; i < to; i++) {
          model
              .getOrDefault(starts[i], Map.of())
              .forEach(
                  (key, list) ->
                      expected.computeIfAbsent(key, k -> new ArrayList<>()).addAll(list));
        }
        Map<K, List<Integer>> met = new HashMap<>();
        try (PaneCursor<List<Integer>> walk = panes.merged(starts, from, to, CONCATENATION)) {
          while (walk.advance()) {
            assertThat(met.put(backend.currentKey(), List.copyOf(walk.accumulator()))).isNull();
          }
        }
        assertThat(met).isEqualTo(expected);
      }
    }
    for (Map.Entry<Long, Map<K, List<Integer>>> pane : model.entrySet()) {
      for (Map.Entry<K, List<Integer>> entry : pane.getValue().entrySet()) {
        all.at(backend, entry.getKey());
        assertThat(panes.get(pane.getKey())).isEqualTo(entry.getValue());
      }
    }
    if (cut != null) {
      KeyedStateBackend<K> restored = all.restore(0, 1, List.of(all.write(cut)));
      PanedState<List<Integer>> read = restored.panedState("p", INTEGERS);
      for (Map.Entry<Long, Map<K, List<Integer>>> pane : model.entrySet()) {
        for (Map.Entry<K, List<Integer>> entry : pane.getValue().entrySet()) {
          all.at(restored, entry.getKey());
          assertThat(read.get(pane.getKey())).isEqualTo(entry.getValue());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void panesBehaveAsMapsOfMapsAndSoDoCuts(long seed) throws IOException {
    Random random = new Random(seed);
    KeyedStateBackend<Long> backend = backends.create();
    PanedState<List<Integer>> panes = backend.panedState("p", INTEGERS);
    TreeMap<Long, Map<Long, List<Integer>>> model = new TreeMap<>();
    TreeMap<Long, Map<Long, List<Integer>>> atCut = new TreeMap<>();
    KeyedCut cut = null;
    for (int i = 0; i < backends.steps(20_000); i++) {
      long pane = random.nextInt(6) * 1000L - 2000;
      long key = random.nextInt(300);
      backends.at(backend, key);
      int action = random.nextInt(1000);
      if (action < 900) {
        List<Integer> accumulator = Optional.ofNullable(panes.get(pane)).orElseGet(ArrayList::new);
        assertThat(accumulator)
            .isEqualTo(model.getOrDefault(pane, Map.of()).getOrDefault(key, List.of()));
        accumulator.add(i); // in place, as window functions do
        panes.put(pane, accumulator);
        model.computeIfAbsent(pane, p -> new HashMap<>()).put(key, List.copyOf(accumulator));
      } else if (action < 990) {
        panes.remove(pane);
        if (model.containsKey(pane)) {
          model.get(pane).remove(key);
        }
      } else if (action < 995) {
        panes.drop(pane);
        model.remove(pane);
      } else if (cut == null) {
        cut = backend.snapshot();
        atCut = new TreeMap<>();
        for (Map.Entry<Long, Map<Long, List<Integer>>> entry : model.entrySet()) {
          atCut.put(entry.getKey(), new HashMap<>(entry.getValue()));
        }
      } else {
        assertRestored(backends.write(cut), atCut);
        cut = null;
      }
      assertThat(panes.panes()).containsExactly(starts(model));
    }
    if (cut != null) {
      cut.close();
    }
    assertRestored(backends.snapshot(backend), model);
  }

  private static long[] starts(SortedMap<Long, ?> model) {
    return model.keySet().stream().mapToLong(start -> start).toArray();
  }

  private void assertRestored(
      StateHandles handles, SortedMap<Long, Map<Long, List<Integer>>> expected) throws IOException {
    TreeMap<Long, Map<Long, List<Integer>>> found = new TreeMap<>();
    for (KeyedStateBackend<Long> backend : backends.restoreAll(3, List.of(handles))) {
      PanedState<List<Integer>> panes = backend.panedState("p", INTEGERS);
      for (long pane : panes.panes()) {
        Map<Long, List<Integer>> entries = walk(backend, panes.cursor(pane));
        assertThat(panes.size(pane)).isEqualTo(entries.size());
        found.computeIfAbsent(pane, p -> new HashMap<>()).putAll(entries);
      }
    }
    expected.values().removeIf(Map::isEmpty);
    assertThat(found).isEqualTo(expected);
  }

  private static <A> Map<Long, A> walk(KeyedStateBackend<Long> backend, PaneCursor<A> cursor) {
    Map<Long, A> entries = new HashMap<>();
    while (cursor.advance()) {
      assertThat(entries.put(backend.currentKey(), cursor.accumulator())).isNull();
    }
    return entries;
  }

  @Test
  void aWalkGoesOnWhileThePaneGrowsAndShrinks() {
    KeyedStateBackend<Long> backend = backends.create();
    PanedState<Long> panes = backend.panedState("p", LONG);
    for (long key = 0; key < 2000; key++) {
      backends.at(backend, key);
      panes.put(0, key);
    }
    PaneCursor<Long> cursor = panes.cursor(0);
    Set<Long> met = new HashSet<>();
    Set<Long> removed = new HashSet<>();
    long next = 2000;
    while (cursor.advance()) {
      assertThat(met.add(backend.currentKey())).isTrue();
      panes.put(0, cursor.accumulator() + 1);
      for (int i = 0; i < 3 && next < 8000; i++) {
        backends.at(backend, next++);
        panes.put(0, 0L);
      }
      long doomed = (next * 7) % 2000;
      backends.at(backend, doomed);
      panes.remove(0);
      removed.add(doomed);
    }
    for (long key = 0; key < 2000; key++) {
      assertThat(met.contains(key) || removed.contains(key)).as("key %s", key).isTrue();
    }
  }

  @Test
  void aDroppedPaneEndsItsWalkAndAnAbsentOneHasNone() {
    KeyedStateBackend<Long> backend = backends.create();
    PanedState<Long> panes = backend.panedState("p", LONG);
    backends.at(backend, 1L);
    panes.put(5, 1L);
    PaneCursor<Long> cursor = panes.cursor(5);
    panes.drop(5);

    assertThat(cursor.advance()).isFalse();
    assertThat(panes.cursor(77).advance()).isFalse();
    assertThatThrownBy(cursor::accumulator).isInstanceOf(NoSuchElementException.class);
    assertThat(panes.contains(5)).isFalse();
    assertThat(panes.size(5)).isZero();
  }

  private record Registered(long timestamp, int group, int order, long key) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void timersFireInOrderOnceAndSurviveRestores(long seed) throws IOException {
    Random random = new Random(seed);
    KeyedStateBackend<Long> backend = backends.create();
    TimerQueue<NoNamespace> timers = backend.timers("event-time");
    List<Registered> model = new ArrayList<>();
    long watermark = 0;
    for (int i = 0; i < backends.steps(20_000); i++) {
      long key = random.nextInt(100);
      long time = watermark + random.nextInt(50);
      backends.at(backend, key);
      Optional<Registered> known =
          model.stream().filter(t -> t.key == key && t.timestamp == time).findFirst();
      int action = random.nextInt(100);
      if (action < 60) {
        assertThat(timers.register(time, NoNamespace.INSTANCE)).isEqualTo(known.isEmpty());
        if (known.isEmpty()) {
          int group = KeyGroups.groupOf(LONG.keyCodec().hash(key), Backends.GROUPS);
          model.add(new Registered(time, group, i, key));
        }
      } else if (action < 70) {
        assertThat(timers.delete(time, NoNamespace.INSTANCE)).isEqualTo(known.isPresent());
        known.ifPresent(model::remove);
      } else if (action == 99) {
        watermark += random.nextInt(20);
        assertThat(fire(backend, timers, watermark)).isEqualTo(due(model, watermark));
      } else if (i % 4000 == 71) {
        // The old cut is not disturbed by what is registered and fired after it.
        KeyedCut cut = backend.snapshot();
        List<Registered> atCut = new ArrayList<>(model);
        watermark += 5;
        fire(backend, timers, watermark);
        due(model, watermark);
        KeyedStateBackend<Long> restored = backends.restore(0, 1, List.of(backends.write(cut)));
        assertThat(fire(restored, restored.timers("event-time"), Long.MAX_VALUE))
            .isEqualTo(due(atCut, Long.MAX_VALUE));
      }
      assertThat(timers.size()).isEqualTo(model.size());
      assertThat(timers.peekTimestamp())
          .isEqualTo(model.stream().mapToLong(Registered::timestamp).min().orElse(Long.MAX_VALUE));
    }
  }

  /** Removes what is due from the model; the keys in the order they are to fire. */
  private static List<Long> due(List<Registered> model, long time) {
    List<Long> keys =
        model.stream()
            .filter(t -> t.timestamp <= time)
            .sorted(
                Comparator.comparingLong(Registered::timestamp)
                    .thenComparingInt(Registered::group)
                    .thenComparingInt(Registered::order))
            .map(Registered::key)
            .toList();
    model.removeIf(t -> t.timestamp <= time);
    return keys;
  }

  private static List<Long> fire(
      KeyedStateBackend<Long> backend, TimerQueue<NoNamespace> timers, long time) {
    List<Long> keys = new ArrayList<>();
    for (Optional<Timer<NoNamespace>> timer = timers.pollDue(time);
        timer.isPresent();
        timer = timers.pollDue(time)) {
      backend.setCurrentKey(timer.get());
      keys.add(backend.currentKey());
    }
    return keys;
  }

  @Test
  void timersOfAllKeysGoToTheirSubtasksOnRescale() throws IOException {
    KeyedStateBackend<String> backend = strings.create();
    TypeInformation<String> names = TypeInformation.of(String.class);
    for (int i = 0; i < 500; i++) {
      strings.at(backend, "k" + i);
      TimerQueue<String> queue = backend.timers("t", names.serializer(), names.schema());
      queue.register(i % 10, "a");
      queue.register(i % 10, "b");
      queue.register(i % 10, "b");
    }
    List<StateHandles> handles = List.of(strings.snapshot(backend));

    Set<String> fired = new HashSet<>();
    for (KeyedStateBackend<String> restored : strings.restoreAll(3, handles)) {
      TimerQueue<String> queue = restored.timers("t", names.serializer(), names.schema());
      long last = Long.MIN_VALUE;
      while (!queue.isEmpty()) {
        long time = queue.peekTimestamp();
        assertThat(time).isGreaterThanOrEqualTo(last);
        last = time;
        Timer<String> timer = queue.pollDue(time).orElseThrow();
        restored.setCurrentKey(timer);
        assertThat(fired.add(restored.currentKey() + timer.namespace())).isTrue();
      }
    }
    assertThat(fired).hasSize(1000);
  }
}

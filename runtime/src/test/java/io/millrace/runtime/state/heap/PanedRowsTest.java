package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.TypeHint;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.IncompatibleStateException;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.PanedRows;
import io.millrace.runtime.state.PanedRows.KeyWalk;
import io.millrace.runtime.state.RowList;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows against maps of lists: flat ones, objects and mutable objects, with both kinds of keys. */
class PanedRowsTest {
  record Point(long x, int y) {}

  /** A kind of keys and rows. */
  record Case<K, T>(
      String name,
      TypeInformation<K> keys,
      IntFunction<K> key,
      TypeInformation<T> rows,
      IntFunction<T> row) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final TypeInformation<String> STRING = TypeInformation.of(String.class);

  static Stream<Arguments> cases() {
    List<Case<?, ?>> cases =
        List.of(
            new Case<>(
                "flat rows of long keys",
                LONG,
                n -> (long) n,
                TypeInformation.of(Point.class),
                n -> new Point(n, -n)),
            new Case<>("object rows of string keys", STRING, n -> "k" + n, STRING, n -> "row " + n),
            new Case<>(
                "mutable rows of long keys",
                LONG,
                n -> (long) n,
                TypeInformation.of(new TypeHint<List<Integer>>() {}),
                n -> new ArrayList<>(List.of(n))));
    return cases.stream()
        .flatMap(
            one ->
                Stream.of(
                    Arguments.of(one, 1, Backends.Kind.HEAP),
                    Arguments.of(one, 2, Backends.Kind.HEAP),
                    Arguments.of(one, 3, Backends.Kind.ROCKSDB)));
  }

  private final Backends<Long> backends = Backends.ofLongs(Backends.Kind.HEAP);

  @AfterEach
  void close() throws IOException {
    backends.close();
  }

  private record Marked<T>(T row, long mark) {}

  /** Pane, then key, then rows in the order in which they were added. */
  private static final class Model<K, T> extends TreeMap<Long, Map<K, List<Marked<T>>>> {
    private static final long serialVersionUID = 1L;

    void add(long pane, K key, T row, long mark) {
      computeIfAbsent(pane, p -> new HashMap<>())
          .computeIfAbsent(key, k -> new ArrayList<>())
          .add(new Marked<>(row, mark));
    }

    Model<K, T> copy() {
      Model<K, T> copy = new Model<>();
      forEach(
          (pane, keys) ->
              keys.forEach(
                  (key, rows) -> rows.forEach(row -> copy.add(pane, key, row.row(), row.mark()))));
      return copy;
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  <K, T> void rowsBehaveAsListsAndSoDoCuts(Case<K, T> one, long seed, Backends.Kind kind)
      throws IOException {
    try (Backends<K> backends = new Backends<>(kind, one.keys())) {
      rowsBehaveAsListsAndSoDoCuts(one, new Random(seed), backends);
    }
  }

  private static <K, T> void rowsBehaveAsListsAndSoDoCuts(
      Case<K, T> one, Random random, Backends<K> backends) throws IOException {
    KeyedStateBackend<K> backend = backends.create();
    PanedRows<T> rows = backend.panedRows("r", one.rows());
    Model<K, T> model = new Model<>();
    Model<K, T> atCut = new Model<>();
    KeyedCut cut = null;
    int compared = 0;
    for (int i = 0; i < 60_000; i++) {
      long pane = random.nextInt(5) * 1000L - 2000;
      // One key of many rows, so that its chain spans pages and grows beside a cut.
      K key = one.key().apply(random.nextInt(4) == 0 ? 0 : random.nextInt(400));
      backends.at(backend, key);
      int action = random.nextInt(10_000);
      if (action < 9_000) {
        rows.add(pane, one.row().apply(i), i % 100);
        model.add(pane, key, one.row().apply(i), i % 100);
      } else if (action < 9_990) {
        long from = random.nextInt(100);
        long to = from + random.nextInt(60);
        List<Marked<T>> expected =
            model.getOrDefault(pane, Map.of()).getOrDefault(key, List.of()).stream()
                .filter(row -> row.mark() >= from && row.mark() <= to)
                .toList();
        assertThat(read(rows, pane, from, to)).isEqualTo(expected);
        assertThat(rows.contains(pane))
            .isEqualTo(model.getOrDefault(pane, Map.of()).containsKey(key));
      } else if (action < 9_995) {
        rows.drop(pane);
        model.remove(pane);
      } else if (cut == null) {
        cut = backend.snapshot();
        atCut = model.copy();
      } else {
        assertRestored(one, backends, backends.write(cut), atCut);
        cut = null;
        compared++;
      }
      assertThat(rows.panes())
          .containsExactly(model.keySet().stream().mapToLong(start -> start).toArray());
    }
    assertRestored(one, backends, backends.snapshot(backend), model);
    assertThat(compared).isPositive();
  }

  private static <T> List<Marked<T>> read(PanedRows<T> rows, long pane, long from, long to) {
    RowList<T> list = new RowList<>();
    rows.read(pane, from, to, list);
    List<Marked<T>> found = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      found.add(new Marked<>(list.get(i), list.mark(i)));
    }
    return found;
  }

  private static <K, T> void assertRestored(
      Case<K, T> one, Backends<K> backends, StateHandles handles, Model<K, T> expected)
      throws IOException {
    Model<K, T> found = new Model<>();
    for (KeyedStateBackend<K> backend : backends.restoreAll(3, List.of(handles))) {
      PanedRows<T> rows = backend.panedRows("r", one.rows());
      for (long pane : rows.panes()) {
        Set<K> met = new HashSet<>();
        KeyWalk walk = rows.keys(pane);
        while (walk.advance()) {
          assertThat(met.add(backend.currentKey())).isTrue();
          for (Marked<T> row : read(rows, pane, Long.MIN_VALUE, Long.MAX_VALUE)) {
            found.add(pane, backend.currentKey(), row.row(), row.mark());
          }
        }
        assertThat(rows.size(pane)).isEqualTo(met.size());
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void whatIsReadOfMutableRowsIsACopy() {
    KeyedStateBackend<Long> backend = backends.create();
    PanedRows<List<Integer>> rows =
        backend.panedRows("r", TypeInformation.of(new TypeHint<List<Integer>>() {}));
    backends.at(backend, 1L);
    rows.add(0, new ArrayList<>(List.of(7)), 0);

    read(rows, 0, 0, 0).get(0).row().add(8);

    assertThat(read(rows, 0, 0, 0)).containsExactly(new Marked<>(List.of(7), 0));
  }

  @Test
  void keyZeroHidesNoOther() {
    KeyedStateBackend<Long> backend = backends.create();
    PanedRows<Long> rows = backend.panedRows("r", LONG);
    for (long key = 0; key < 20_000; key++) {
      backends.at(backend, key);
      rows.add(0, key, 0);
      if (key % 1_000 == 0) {
        // In its table key 0 looks like a free slot, at which a search for others must not end.
        for (long each = 0; each <= key; each++) {
          backends.at(backend, each);
          assertThat(rows.contains(0)).as("key %s of %s", each, key).isTrue();
        }
      }
    }
  }

  @Test
  void anAbsentPaneHasNothing() {
    KeyedStateBackend<Long> backend = backends.create();
    PanedRows<Long> rows = backend.panedRows("r", LONG);
    backends.at(backend, 1L);

    assertThat(rows.contains(5)).isFalse();
    assertThat(read(rows, 5, Long.MIN_VALUE, Long.MAX_VALUE)).isEmpty();
    assertThat(rows.keys(5).advance()).isFalse();
    assertThat(rows.size(5)).isZero();
    rows.drop(5);
    assertThat(rows.panes()).isEmpty();
  }

  @Test
  void rowsOfAnotherTypeAreRefused() throws IOException {
    KeyedStateBackend<Long> backend = backends.create();
    backends.at(backend, 1L);
    backend.panedRows("r", LONG).add(0, 3L, 0);
    KeyedStateBackend<Long> restored = backends.restore(0, 1, List.of(backends.snapshot(backend)));

    assertThatThrownBy(() -> restored.panedRows("r", STRING))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("r");
  }

  @Test
  void mergedRunsAreInOrder() {
    RowList<String> list = new RowList<>();
    long[] marks = {1, 4, 9, 11, 2, 3, 10, 12};
    for (long mark : marks) {
      list.add("row " + mark, mark);
    }

    list.merge(4);

    assertThat(list)
        .containsExactly("row 1", "row 2", "row 3", "row 4", "row 9", "row 10", "row 11", "row 12");
    assertThat(list.mark(5)).isEqualTo(10);
  }
}

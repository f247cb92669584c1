package io.millrace.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.FormerNames;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** State of every kind goes on after its type has changed, in and between all backends. */
class StateEvolutionTest {
  private static final TypeInformation<Long> LONG = TypeInformation.of(Long.class);
  private static final StateTtlConfig HOUR = StateTtlConfig.of(Duration.ofHours(1));
  private static final ClassLoader CLASSES = StateEvolutionTest.class.getClassLoader();
  private static final int KEYS = 300;

  record Total(int sum, String note) {}

  @FormerNames("io.millrace.runtime.state.StateEvolutionTest$Total")
  record NewTotal(String note, @FormerNames("sum") long amount, List<String> tags) {}

  /** What no former total can become. */
  @FormerNames("io.millrace.runtime.state.StateEvolutionTest$Total")
  record Narrow(short sum, String note) {}

  private final MemoryFileStore store = new MemoryFileStore();
  private final List<Backends<Long>> opened = new ArrayList<>();

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

  static Stream<Arguments> pairs() {
    return Stream.of(Kind.HEAP, Kind.ROCKSDB, Kind.ROCKSDB_SMALL_CACHE)
        .flatMap(
            from ->
                Stream.of(Kind.HEAP, Kind.ROCKSDB)
                    .flatMap(
                        to ->
                            Stream.of(CutKind.WHOLE, CutKind.FILES)
                                .map(cut -> Arguments.of(from, to, cut))));
  }

  private static Total total(long key) {
    return new Total((int) key * 3, "n" + key);
  }

  private static NewTotal now(Total total) {
    return new NewTotal(total.note(), total.sum(), List.of());
  }

  private static final class Count<T> implements AggregateFunction<T, T, T> {
    private static final long serialVersionUID = 1L;

    @Override
    public T createAccumulator() {
      return null;
    }

    @Override
    public T add(T value, T accumulator) {
      return value;
    }

    @Override
    public T getResult(T accumulator) {
      return accumulator;
    }

    @Override
    public T merge(T left, T right) {
      return right;
    }
  }

  private record States<T>(TypeInformation<T> type, boolean ttl) {
    private <D extends StateDescriptor<?>> D timed(D descriptor) {
      if (ttl) {
        descriptor.enableTimeToLive(HOUR);
      }
      return descriptor;
    }

    ValueStateDescriptor<T> value() {
      return timed(new ValueStateDescriptor<>("value", type));
    }

    ListStateDescriptor<T> list() {
      return timed(new ListStateDescriptor<>("list", type));
    }

    MapStateDescriptor<String, T> map() {
      return timed(new MapStateDescriptor<>("map", TypeInformation.of(String.class), type));
    }

    ReducingStateDescriptor<T> reducing() {
      return timed(new ReducingStateDescriptor<>("reducing", (a, b) -> b, type));
    }

    AggregatingStateDescriptor<T, T, T> aggregating() {
      return timed(new AggregatingStateDescriptor<>("aggregating", new Count<>(), type));
    }
  }

  private static final States<Total> BEFORE = new States<>(TypeInformation.of(Total.class), false);
  private static final States<NewTotal> NOW =
      new States<>(TypeInformation.of(NewTotal.class), false);

  private static void fill(Backends<Long> all, KeyedStateBackend<Long> backend, States<Total> as)
      throws Exception {
    for (long key = 0; key < KEYS; key++) {
      all.at(backend, key);
      backend.getState(as.value()).update(total(key));
      backend.getListState(as.list()).update(List.of(total(key), total(key + 1)));
      backend.getMapState(as.map()).put("a", total(key));
      backend.getMapState(as.map()).put("b", total(-key));
      backend.getReducingState(as.reducing()).add(total(key));
      backend.getAggregatingState(as.aggregating()).add(total(key));
      backend.panedState("panes", as.type()).put(key % 3, total(key));
      backend.panedRows("rows", as.type()).add(key % 2, total(key), 7);
    }
  }

  private static void check(
      Backends<Long> all, KeyedStateBackend<Long> backend, States<NewTotal> as) throws Exception {
    for (long key = 0; key < KEYS; key++) {
      all.at(backend, key);
      NewTotal expected = now(total(key));
      assertThat(backend.getState(as.value()).value()).isEqualTo(expected);
      assertThat(backend.getListState(as.list()).get())
          .containsExactly(expected, now(total(key + 1)));
      Map<String, NewTotal> map = new TreeMap<>();
      backend
          .getMapState(as.map())
          .entries()
          .forEach(entry -> map.put(entry.getKey(), entry.getValue()));
      assertThat(map).isEqualTo(Map.of("a", expected, "b", now(total(-key))));
      assertThat(backend.getReducingState(as.reducing()).get()).isEqualTo(expected);
      assertThat(backend.getAggregatingState(as.aggregating()).get()).isEqualTo(expected);
      assertThat(backend.panedState("panes", as.type()).get(key % 3)).isEqualTo(expected);
      PanedRows<NewTotal> rows = backend.panedRows("rows", as.type());
      RowList<NewTotal> read = new RowList<>();
      rows.read(key % 2, Long.MIN_VALUE, Long.MAX_VALUE, read);
      assertThat(read).containsExactly(expected);
      assertThat(read.mark(0)).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyKindOfStateGoesOn(Kind from, Kind to, CutKind cut) throws Exception {
    Backends<Long> before = backends(from);
    KeyedStateBackend<Long> old = before.create();
    fill(before, old, BEFORE);
    StateHandles handles = before.write(old.snapshot(cut));

    Backends<Long> after = backends(to);
    KeyedStateBackend<Long> restored = after.restore(0, 1, List.of(handles));
    check(after, restored, NOW);

    // What was written since is in the present form.
    StateHandles again = after.write(restored.snapshot(cut));
    Backends<Long> last = backends(to);
    check(last, last.restore(0, 1, List.of(again)), NOW);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aTimeToLiveIsKeptOrBeginsAnew(Kind from, Kind to, CutKind cut) throws Exception {
    States<Total> timed = new States<>(TypeInformation.of(Total.class), true);
    Backends<Long> before = backends(from);
    KeyedStateBackend<Long> old = before.create();
    fill(before, old, timed);
    StateHandles handles = before.write(old.snapshot(cut));

    Backends<Long> after = backends(to);
    check(after, after.restore(0, 1, List.of(handles)), NOW);

    Backends<Long> still = backends(to);
    KeyedStateBackend<Long> restored = still.restore(0, 1, List.of(handles));
    States<NewTotal> timedNow = new States<>(TypeInformation.of(NewTotal.class), true);
    check(still, restored, timedNow);
    still.advance(Duration.ofHours(2).toMillis());
    still.at(restored, 1L);
    assertThat(restored.getState(timedNow.value()).value()).isNull();
    assertThat(restored.getListState(timedNow.list()).get()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void whatWouldLoseDigitsIsRefusedNamingStateAndField(Kind from, Kind to, CutKind cut)
      throws Exception {
    Backends<Long> before = backends(from);
    KeyedStateBackend<Long> old = before.create();
    fill(before, old, BEFORE);
    StateHandles handles = before.write(old.snapshot(cut));

    Backends<Long> after = backends(to);
    KeyedStateBackend<Long> restored = after.restore(0, 1, List.of(handles));
    assertThatThrownBy(
            () ->
                restored.getState(
                    new ValueStateDescriptor<>("value", TypeInformation.of(Narrow.class))))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("'value' of operator op")
        .hasMessageContaining("Narrow.sum was int and is now short");
  }

  @Test
  void keysThatChangedAreRefusedNamingTheirFields() {
    StateMeta was = meta(TypeInformation.of(Total.class));
    assertThat(
            StateEvolution.between(was, meta(TypeInformation.of(NewTotal.class)), CLASSES)
                .obstacles())
        .singleElement()
        .asString()
        .startsWith("its key type changed, which keys cannot: ")
        .contains("NewTotal.amount: int becomes long");
    assertThat(StateEvolution.between(was, was, CLASSES).obstacles()).isEmpty();
  }

  private static StateMeta meta(TypeInformation<?> key) {
    return new StateMeta("s", StateKind.VALUE, key.schema(), StateMeta.NONE, LONG.schema(), false);
  }

  @Test
  void oneProgramMayNotAskForAStateInTwoForms() {
    Backends<Long> all = backends(Kind.HEAP);
    KeyedStateBackend<Long> backend = all.create();
    backend.getState(BEFORE.value());
    assertThatThrownBy(() -> backend.getState(NOW.value()))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("two forms");
  }

  @Test
  void operatorStateGoesOn() throws IOException {
    OperatorStateBackend before = operatorState();
    ListStateDescriptor<Total> list = new ListStateDescriptor<>("list", BEFORE.type());
    MapStateDescriptor<String, Total> map =
        new MapStateDescriptor<>("map", TypeInformation.of(String.class), BEFORE.type());
    before.getListState(list).addAll(List.of(total(1), total(2)));
    before.getBroadcastState(map).put("k", total(3));
    StateHandles handles;
    try (SnapshotFileWriter writer = new SnapshotFileWriter(store, "chk/operator", 128)) {
      writer.writeOperator("op", before.snapshot().orElseThrow());
      handles = writer.commit().get("op");
    }

    OperatorStateBackend after = operatorState();
    after.restore(List.of(handles), new SnapshotReader(store, 128), 0, 1);
    assertThat(after.getListState(NOW.list()).get()).containsExactly(now(total(1)), now(total(2)));
    assertThat(after.getBroadcastState(NOW.map()).get("k")).isEqualTo(now(total(3)));
  }

  private static OperatorStateBackend operatorState() {
    return new OperatorStateBackend("op", StateEvolutionTest.class.getClassLoader());
  }
}

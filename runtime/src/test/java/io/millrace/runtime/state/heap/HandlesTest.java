package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.StateTtlConfig.UpdateType;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeHint;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.IncompatibleStateException;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(Backends.Kind.class)
class HandlesTest {
  private final Backends.Kind kind;
  private final List<Backends<?>> made = new ArrayList<>();

  HandlesTest(Backends.Kind kind) {
    this.kind = kind;
  }

  private <K> Backends<K> backends(TypeInformation<K> keyType) {
    Backends<K> backends = new Backends<>(kind, keyType);
    made.add(backends);
    return backends;
  }

  @AfterEach
  void close() throws IOException {
    for (Backends<?> backends : made) {
      backends.close();
    }
  }

  private static final TypeInformation<List<Integer>> INTEGERS =
      TypeInformation.of(new TypeHint<List<Integer>>() {});
  private static final ListStateDescriptor<List<Integer>> LIST =
      new ListStateDescriptor<>("list", INTEGERS);
  private static final MapStateDescriptor<String, List<Integer>> MAP =
      new MapStateDescriptor<>("map", TypeInformation.of(String.class), INTEGERS);
  private static final ReducingStateDescriptor<Long> SUM =
      new ReducingStateDescriptor<>("sum", Long::sum, Long.class);
  private static final AggregatingStateDescriptor<Integer, List<Integer>, Integer> COUNT =
      new AggregatingStateDescriptor<>("count", new Collect(), INTEGERS);

  /** Its accumulator is changed in place, which a cut must not see. */
  private static final class Collect implements AggregateFunction<Integer, List<Integer>, Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Integer> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Integer> add(Integer value, List<Integer> accumulator) {
      accumulator.add(value);
      return accumulator;
    }

    @Override
    public Integer getResult(List<Integer> accumulator) {
      return accumulator.stream().mapToInt(i -> i).sum();
    }

    @Override
    public List<Integer> merge(List<Integer> left, List<Integer> right) {
      left.addAll(right);
      return left;
    }
  }

  /** What the states of a key should be. */
  @SuppressWarnings("ArrayRecordComponent") // a mutable number
  private record Model(
      List<List<Integer>> list, Map<String, List<Integer>> map, long[] sum, List<Integer> added) {
    private Model() {
      this(new ArrayList<>(), new LinkedHashMap<>(), new long[1], new ArrayList<>());
    }

    private Model copy() {
      return new Model(
          new ArrayList<>(list), new LinkedHashMap<>(map), sum.clone(), new ArrayList<>(added));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void containersAndAccumulatorsBehaveAsTheirModelsAndSoDoCuts(long seed) throws Exception {
    Random random = new Random(seed);
    Backends<String> backends = backends(TypeInformation.of(String.class));
    KeyedStateBackend<String> backend = backends.create();
    Map<String, Model> models = new HashMap<>();
    Map<String, Model> atCut = Map.of();
    KeyedCut cut = null;
    for (int i = 0; i < kind.steps(20_000); i++) {
      String key = "key" + random.nextInt(200);
      backends.at(backend, key);
      Model model = models.computeIfAbsent(key, k -> new Model());
      step(backend, model, random);
      if (random.nextInt(500) == 0) {
        if (cut == null) {
          cut = backend.snapshot();
          atCut = copy(models);
        } else {
          assertRestored(backends, backends.write(cut), atCut);
          cut = null;
        }
      }
    }
    if (cut != null) {
      cut.close();
    }
    assertRestored(backends, backends.snapshot(backend), models);
  }

  private static void step(KeyedStateBackend<String> backend, Model model, Random random)
      throws Exception {
    ListState<List<Integer>> list = backend.getListState(LIST);
    MapState<String, List<Integer>> map = backend.getMapState(MAP);
    int n = random.nextInt(10);
    List<Integer> value = new ArrayList<>(List.of(n));
    String mapKey = "m" + random.nextInt(12);
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        list.add(value);
        value.add(99); // the state has a copy
        model.list.add(List.of(n));
      }
      case 2 -> {
        list.update(List.of(List.of(1), List.of(n)));
        model.list.clear();
        model.list.addAll(List.of(List.of(1), List.of(n)));
      }
      case 3 -> {
        list.clear();
        model.list.clear();
      }
      case 4, 5, 6 -> {
        map.put(mapKey, value);
        value.add(99);
        model.map.put(mapKey, List.of(n));
      }
      case 7 -> {
        map.remove(mapKey);
        model.map.remove(mapKey);
      }
      case 8 -> {
        map.clear();
        model.map.clear();
      }
      case 9 -> {
        backend.getReducingState(SUM).add((long) n + 1);
        model.sum[0] += n + 1;
      }
      default -> {
        backend.getAggregatingState(COUNT).add(n);
        model.added.add(n);
      }
    }
    check(backend, model);
  }

  private static void check(KeyedStateBackend<String> backend, Model model) throws Exception {
    MapState<String, List<Integer>> map = backend.getMapState(MAP);
    assertThat(backend.getListState(LIST).get()).containsExactlyElementsOf(model.list);
    assertThat(map.entries()).containsExactlyElementsOf(model.map.entrySet());
    assertThat(map.isEmpty()).isEqualTo(model.map.isEmpty());
    assertThat(map.get("m3")).isEqualTo(model.map.get("m3"));
    assertThat(map.contains("m4")).isEqualTo(model.map.containsKey("m4"));
    assertThat(backend.getReducingState(SUM).get())
        .isEqualTo(model.sum[0] == 0 ? null : (Long) model.sum[0]);
    assertThat(backend.getAggregatingState(COUNT).get())
        .isEqualTo(
            model.added.isEmpty() ? null : (Integer) model.added.stream().mapToInt(i -> i).sum());
  }

  private static Map<String, Model> copy(Map<String, Model> models) {
    Map<String, Model> copies = new HashMap<>();
    models.forEach((key, model) -> copies.put(key, model.copy()));
    return copies;
  }

  private static void assertRestored(
      Backends<String> backends, StateHandles handles, Map<String, Model> models) throws Exception {
    List<KeyedStateBackend<String>> restored = backends.restoreAll(3, List.of(handles));
    for (Map.Entry<String, Model> entry : models.entrySet()) {
      check(backends.at(restored, entry.getKey()), entry.getValue());
    }
  }

  @Test
  void listsAndMapsHandOutWhatWasThereWhenAsked() {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    ListState<List<Integer>> list = backend.getListState(LIST);
    list.add(List.of(1));
    Iterable<List<Integer>> before = list.get();
    list.add(List.of(2));
    list.get().iterator().next().add(99);

    assertThat(before).containsExactly(List.of(1));
    assertThat(list.get()).containsExactly(List.of(1), List.of(2));
  }

  @Test
  void arraysAreKeysByContent() {
    Backends<byte[]> backends = backends(TypeInformation.of(byte[].class));
    KeyedStateBackend<byte[]> backend = backends.create();
    byte[] key = {1, 2};
    backends.at(backend, key);
    ValueState<Long> state = backend.getState(new ValueStateDescriptor<>("v", Long.class));
    state.update(7L);
    Arrays.fill(key, (byte) 9); // the caller may reuse it

    backends.at(backend, new byte[] {1, 2});
    assertThat(state.value()).isEqualTo(7L);
    assertThat(backend.currentKey()).containsExactly(1, 2);
  }

  @Test
  void anExpiredValueIsNeverReturnedAndIsCleanedInTheBackground() {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.create();
    ValueState<Long> state = backend.getState(ttl(UpdateType.ON_CREATE_AND_WRITE));
    for (long key = 0; key < 1000; key++) {
      backends.at(backend, key);
      state.update(key);
    }
    backends.at(backend, 5L);
    backends.advance(99);
    assertThat(state.value()).isEqualTo(5);
    state.update(6L);
    backends.advance(1);

    assertThat(state.value()).isEqualTo(6);
    backends.at(backend, 4L);
    assertThat(state.value()).isNull();
    for (int i = 0; i < 1000; i++) {
      backend.cleanUpSome();
    }
    assertThat(((TableKeyedStateBackend<Long>) backend).entryCount("ttl")).isEqualTo(1);
    backends.at(backend, 5L);
    assertThat(state.value()).isEqualTo(6);
  }

  @Test
  void readsRenewWhereTheyAreToldTo() {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    ValueState<Long> state = backend.getState(ttl(UpdateType.ON_READ_AND_WRITE));
    state.update(1L);
    for (int i = 0; i < 5; i++) {
      backends.advance(99);
      assertThat(state.value()).isEqualTo(1);
    }
    backends.advance(100);
    assertThat(state.value()).isNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void elementsOfListsAndMapsExpireByThemselves(boolean reads) {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    StateTtlConfig config =
        new StateTtlConfig(
            Duration.ofMillis(100),
            reads ? UpdateType.ON_READ_AND_WRITE : UpdateType.ON_CREATE_AND_WRITE);
    ListStateDescriptor<String> listDescriptor = new ListStateDescriptor<>("l", String.class);
    listDescriptor.enableTimeToLive(config);
    MapStateDescriptor<String, Long> mapDescriptor =
        new MapStateDescriptor<>("m", String.class, Long.class);
    mapDescriptor.enableTimeToLive(config);
    ListState<String> list = backend.getListState(listDescriptor);
    MapState<String, Long> map = backend.getMapState(mapDescriptor);
    list.add("old");
    map.put("old", 1L);
    backends.advance(60);
    if (reads) {
      assertThat(list.get()).containsExactly("old");
      assertThat(map.get("old")).isEqualTo(1);
    }
    list.add("new");
    map.put("new", 2L);
    backends.advance(60);

    assertThat(list.get())
        .containsExactlyElementsOf(reads ? List.of("old", "new") : List.of("new"));
    assertThat(map.keys())
        .containsExactlyElementsOf(reads ? List.of("old", "new") : List.of("new"));
    assertThat(map.contains("old")).isEqualTo(reads);
    backends.advance(100);
    assertThat(list.get()).isEmpty();
    assertThat(map.isEmpty()).isTrue();
    assertThat(map.get("new")).isNull();
  }

  @Test
  void timesToLiveSurviveARestoreAndMayBeAdded() throws IOException {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    backend.getState(ttl(UpdateType.ON_CREATE_AND_WRITE)).update(1L);
    ListStateDescriptor<String> plain = new ListStateDescriptor<>("l", String.class);
    backend.getListState(plain).add("x");
    List<StateHandles> handles = List.of(backends.snapshot(backend));
    backends.advance(60);

    KeyedStateBackend<Long> restored = backends.restore(0, 1, handles);
    ListStateDescriptor<String> timed = new ListStateDescriptor<>("l", String.class);
    timed.enableTimeToLive(StateTtlConfig.of(Duration.ofMillis(100)));
    restored.getListState(timed);
    restored.getState(ttl(UpdateType.ON_CREATE_AND_WRITE));
    backends.at(restored, 1L);
    backends.advance(60);

    assertThat(restored.getState(ttl(UpdateType.ON_CREATE_AND_WRITE)).value()).isNull();
    assertThat(restored.getListState(timed).get()).containsExactly("x");
    backends.advance(40);
    assertThat(restored.getListState(timed).get()).isEmpty();
  }

  private static ValueStateDescriptor<Long> ttl(UpdateType update) {
    ValueStateDescriptor<Long> descriptor = new ValueStateDescriptor<>("ttl", Long.class);
    descriptor.enableTimeToLive(new StateTtlConfig(Duration.ofMillis(100), update));
    return descriptor;
  }

  @Test
  void stateWithoutAKeyIsRefused() {
    KeyedStateBackend<Long> backend = backends(TypeInformation.of(Long.class)).create();
    ValueState<Long> flat = backend.getState(new ValueStateDescriptor<>("v", Long.class));

    assertThatThrownBy(flat::value).hasMessageContaining("without a key");
    assertThatThrownBy(() -> flat.update(1L)).hasMessageContaining("without a key");
    assertThatThrownBy(() -> backend.getListState(LIST).get())
        .hasMessageContaining("without a key");
    assertThatThrownBy(backend::currentKey).hasMessageContaining("without a key");
  }

  @Test
  void aKeyOfAnotherSubtaskIsRefused() {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.create(0, 2);
    int foreign = KeyGroups.rangeOf(1, 2, Backends.GROUPS).first();

    assertThatThrownBy(() -> backend.setCurrentLongKey(1, foreign))
        .hasMessageContaining("group " + foreign)
        .hasMessageContaining("0 to 63");
  }

  @Test
  void changedTypesAndKindsAreRefusedByName() throws IOException {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    backend.getState(new ValueStateDescriptor<>("v", Long.class)).update(1L);
    List<StateHandles> handles = List.of(backends.snapshot(backend));

    KeyedStateBackend<Long> restored = backends.restore(0, 1, handles);
    assertThatThrownBy(() -> restored.getState(new ValueStateDescriptor<>("v", String.class)))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("'v' of operator op")
        .hasMessageContaining("String");
    assertThatThrownBy(
            () ->
                backends
                    .restore(0, 1, handles)
                    .getListState(new ListStateDescriptor<>("v", Long.class)))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("VALUE")
        .hasMessageContaining("LIST");
    assertThatThrownBy(() -> backend.getState(new ValueStateDescriptor<>("v", String.class)))
        .isInstanceOf(IncompatibleStateException.class);
  }

  @Test
  void unclaimedStateIsReportedPassedOnAndDroppedOnDemand() throws IOException {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    ValueStateDescriptor<Long> v = new ValueStateDescriptor<>("v", Long.class);
    backend.getState(v).update(7L);

    KeyedStateBackend<Long> other = backends.restore(0, 1, List.of(backends.snapshot(backend)));
    assertThat(other.unclaimedStates()).containsExactly("v");
    StateHandles passedOn = backends.snapshot(other);
    other.dropUnclaimedStates();
    assertThat(other.unclaimedStates()).isEmpty();

    KeyedStateBackend<Long> last = backends.restore(0, 1, List.of(passedOn));
    backends.at(last, 1L);
    assertThat(last.getState(v).value()).isEqualTo(7);
    assertThat(last.currentKey()).isEqualTo(1);
    assertThat(last.unclaimedStates()).isEmpty();
  }

  @Test
  void anAbortedCutFreesItsPagesAndRefusesToBeWritten() throws IOException {
    Backends<Long> backends = backends(TypeInformation.of(Long.class));
    KeyedStateBackend<Long> backend = backends.at(backends.create(), 1L);
    ValueState<Long> state = backend.getState(new ValueStateDescriptor<>("v", Long.class));
    state.update(1L);
    KeyedCut aborted = backend.snapshot();
    KeyedCut next = backend.snapshot();
    aborted.close();
    aborted.close();
    state.update(2L);

    assertThatThrownBy(() -> backends.write(aborted)).isInstanceOf(CancellationException.class);
    KeyedStateBackend<Long> restored = backends.restore(0, 1, List.of(backends.write(next)));
    backends.at(restored, 1L);
    assertThat(restored.getState(new ValueStateDescriptor<>("v", Long.class)).value()).isEqualTo(1);
  }
}

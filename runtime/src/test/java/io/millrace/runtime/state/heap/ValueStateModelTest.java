package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operations against a HashMap, with cuts at random moments that are written later. */
@ParameterizedClass
@EnumSource(Backends.Kind.class)
class ValueStateModelTest {
  private final Backends.Kind kind;
  private final List<Backends<?>> made = new ArrayList<>();

  ValueStateModelTest(Backends.Kind kind) {
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

  record Position(int x, double y, boolean set) {}

  record Named(String name, List<Integer> numbers) {}

  record Compound(String name, int number) {}

  record Mixed(String name, long number, boolean set, Compound compound) {}

  record Pair(String left, String right) {}

  private record Case<K, V>(
      String name,
      Class<K> keyType,
      Class<V> valueType,
      LongFunction<K> keys,
      LongFunction<V> values,
      boolean ttl) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> cases() {
    List<Case<?, ?>> cases = new ArrayList<>();
    for (boolean ttl : new boolean[] {false, true}) {
      String suffix = ttl ? " with ttl" : "";
      cases.add(new Case<>("long to long" + suffix, Long.class, Long.class, k -> k, v -> v, ttl));
      cases.add(
          new Case<>(
              "long to flat record" + suffix,
              Long.class,
              Position.class,
              k -> k * 0x100000001L,
              v -> new Position((int) v, v / 3.0, v % 2 == 0),
              ttl));
      cases.add(
          new Case<>(
              "int to string" + suffix,
              Integer.class,
              String.class,
              k -> (int) k,
              v -> "v" + v,
              ttl));
      cases.add(
          new Case<>(
              "string to long" + suffix, String.class, Long.class, k -> "k" + k, v -> v, ttl));
      cases.add(
          new Case<>(
              "long to record of words and references" + suffix,
              Long.class,
              Mixed.class,
              k -> k - 3_000,
              v ->
                  new Mixed(v % 5 == 0 ? null : "m" + v, v, v % 3 == 0, new Compound("c", (int) v)),
              ttl));
      cases.add(
          new Case<>(
              "string to record of references" + suffix,
              String.class,
              Pair.class,
              k -> "k" + k,
              v -> new Pair("l" + v % 3, v % 4 == 0 ? null : "r" + v),
              ttl));
      cases.add(
          new Case<>(
              "record to mutable" + suffix,
              Compound.class,
              Named.class,
              k -> new Compound("c" + k % 7, (int) k),
              v -> new Named("n" + v, new ArrayList<>(List.of((int) v, 2))),
              ttl));
    }
    return cases.stream().flatMap(one -> Stream.of(1L, 2L).map(seed -> Arguments.of(one, seed)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  <K, V> void behavesAsAMapAndEachCutIsTheMapOfItsMoment(Case<K, V> one, long seed)
      throws IOException {
    Random random = new Random(seed);
    Backends<K> backends = backends(TypeInformation.of(one.keyType));
    KeyedStateBackend<K> backend = backends.create();
    ValueState<V> state = backend.getState(descriptor(one));
    Map<K, V> model = new HashMap<>();
    KeyedCut cut = null;
    Map<K, V> modelAtCut = Map.of();
    int keys = 6_000;
    for (int i = 0; i < kind.steps(30_000); i++) {
      // Keys of a small and a large range, so that some are met often; zero and negatives too.
      K key =
          one.keys.apply(random.nextInt(2) == 0 ? random.nextInt(keys) - 10 : random.nextInt(50));
      backends.at(backend, key);
      int action = random.nextInt(100);
      if (action < 50) {
        check(state.value(), model.get(key), seed, i);
      }
      if (action < 80) {
        V value = one.values.apply(random.nextInt(1000));
        state.update(value);
        model.put(key, value);
        check(state.value(), value, seed, i);
      } else if (action < 90) {
        state.clear();
        model.remove(key);
        check(state.value(), null, seed, i);
      }
      if (action == 99 && random.nextInt(30) == 0) {
        if (cut == null) {
          cut = backend.snapshot();
          modelAtCut = Map.copyOf(model);
        } else {
          assertRestored(backends, one, backends.write(cut), modelAtCut);
          cut = null;
        }
      }
      if (action == 98) {
        backend.cleanUpSome();
      }
    }
    if (cut != null) {
      cut.close();
    }
    assertRestored(backends, one, backends.snapshot(backend), model);
  }

  /** Assertions are slow where there are millions. */
  private static void check(Object found, Object expected, long seed, int step) {
    if (!Objects.equals(found, expected)) {
      throw new AssertionError(
          "seed " + seed + " step " + step + ": " + found + " and not " + expected);
    }
  }

  private <K, V> void assertRestored(
      Backends<K> backends, Case<K, V> one, StateHandles handles, Map<K, V> expected)
      throws IOException {
    List<StateHandles> current = List.of(handles);
    for (int parallelism : new int[] {3, 2}) {
      List<KeyedStateBackend<K>> restored = backends.restoreAll(parallelism, current);
      Map<K, V> found = new HashMap<>();
      Map<KeyedStateBackend<K>, ValueState<V>> states = new HashMap<>();
      restored.forEach(backend -> states.put(backend, backend.getState(descriptor(one))));
      for (K key : expected.keySet()) {
        found.put(key, states.get(backends.at(restored, key)).value());
      }
      assertThat(found).isEqualTo(expected);
      current = new ArrayList<>();
      for (KeyedStateBackend<K> backend : restored) {
        assertThat(backend.unclaimedStates()).isEmpty();
        current.add(backends.snapshot(backend));
      }
    }
  }

  private static <V> ValueStateDescriptor<V> descriptor(Case<?, V> one) {
    ValueStateDescriptor<V> descriptor = new ValueStateDescriptor<>("state", one.valueType);
    if (one.ttl) {
      descriptor.enableTimeToLive(StateTtlConfig.of(Duration.ofHours(1)));
    }
    return descriptor;
  }
}

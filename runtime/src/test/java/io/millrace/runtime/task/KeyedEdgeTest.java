package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.KeySelector;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchPool;
import io.millrace.runtime.exchange.LocalChannel;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NextKeys;
import io.millrace.runtime.state.heap.Backends;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Keyed records from an output to the loops of its consumers, whatever travels beside them: each
 * comes to the subtask of its key, in order, with that key current.
 */
class KeyedEdgeTest {
  private static final int CONSUMERS = 3;

  private record Flat(long id, int value) {}

  private record Mixed(String name, long id) {}

  private record Whole(long id, List<Integer> numbers) {}

  private record Compound(long id, String name) {}

  private record Got<T, K>(K key, T value, long timestamp) {}

  private record Case<T, K>(
      Class<T> type, Class<K> keyType, KeySelector<T, K> key, Function<Random, T> values) {
    @Override
    public String toString() {
      return type.getSimpleName() + " by " + keyType.getSimpleName();
    }
  }

  static Stream<Arguments> cases() {
    Function<Random, Flat> flat = random -> new Flat(random.nextInt(99) - 50, random.nextInt());
    Function<Random, Mixed> mixed =
        random -> new Mixed("n" + random.nextInt(99), random.nextInt(99));
    Function<Random, Whole> whole =
        random -> new Whole(random.nextInt(99), List.of(random.nextInt()));
    return Stream.of(
            new Case<>(Flat.class, Long.class, Flat::id, flat),
            new Case<>(Flat.class, Integer.class, Flat::value, flat),
            new Case<>(Flat.class, Flat.class, value -> value, flat),
            new Case<>(Mixed.class, Long.class, Mixed::id, mixed),
            new Case<>(Mixed.class, String.class, Mixed::name, mixed),
            new Case<>(Mixed.class, Compound.class, m -> new Compound(m.id(), m.name()), mixed),
            new Case<>(Whole.class, Long.class, Whole::id, whole),
            new Case<>(Whole.class, String.class, w -> "k" + w.id(), whole),
            new Case<>(Long.class, Long.class, value -> value % 7, Random::nextLong))
        .flatMap(one -> Stream.of(false, true).map(timed -> Arguments.of(one, timed)));
  }

  static Stream<Arguments> longCases() {
    return cases().filter(given -> ((Case<?, ?>) given.get()[0]).keyType == Long.class);
  }

  @ParameterizedTest
  @MethodSource("cases")
  <T, K> void recordsMeetTheirKey(Case<T, K> one, boolean timed) throws Exception {
    recordsMeetTheirKey(one, timed, 0);
  }

  /** With so much state that it is fetched ahead. */
  @ParameterizedTest
  @MethodSource("longCases")
  <T> void recordsMeetTheirKeyInALargeState(Case<T, Long> one, boolean timed) throws Exception {
    recordsMeetTheirKey(one, timed, 70_000);
  }

  private static void fill(KeyedStateBackend<?> backend, int entries) throws Exception {
    ValueState<Long> state = backend.getState(new ValueStateDescriptor<>("state", Long.class));
    int groups = backend.maxParallelism();
    long key = 1_000_000;
    for (int filled = 0; filled < entries; key++) {
      int hash = KeyHash.ofLong(key);
      if (backend.keyGroups().contains(KeyGroups.groupOf(hash, groups))) {
        backend.setCurrentLongKey(key, hash);
        state.update(key);
        filled++;
      }
    }
  }

  private <T, K> void recordsMeetTheirKey(Case<T, K> one, boolean timed, int entries)
      throws Exception {
    TypeInformation<T> type = TypeInformation.of(one.type);
    TypeInformation<K> keyType = TypeInformation.of(one.keyType);
    KeyCodec<K> codec = keyType.keyCodec();
    List<LocalChannel> inputs = new ArrayList<>();
    OutputRoom room = new OutputRoom();
    ObjectOutput<T> output = output(one, type, codec, inputs, room);
    List<List<Got<T, K>>> expected = new ArrayList<>();
    List<List<Got<T, K>>> received = new ArrayList<>();
    try (Backends<K> backends = new Backends<>(Backends.Kind.HEAP, keyType)) {
      List<BatchLoop> loops = new ArrayList<>();
      for (int i = 0; i < CONSUMERS; i++) {
        expected.add(new ArrayList<>());
        List<Got<T, K>> got = new ArrayList<>();
        received.add(got);
        KeyedStateBackend<K> backend = backends.create(i, CONSUMERS);
        fill(backend, entries);
        assertThat(backend.isFar()).isEqualTo(entries > 0);
        Deque<K> told = new ArrayDeque<>();
        boolean tells = i % 2 == 0;
        Receiver<T> head =
            (value, time) -> {
              K key = backend.currentKey();
              got.add(new Got<>(key, value, time));
              if (tells) {
                assertThat(told.poll()).as("told beforehand").isEqualTo(key);
              }
            };
        loops.add(loop(one, codec, tells ? told(backend, told) : backend, head));
      }
      Random random = new Random(8);
      for (int i = 0; i < 5_000; i++) {
        T value = one.values.apply(random);
        long timestamp = timed ? random.nextInt(10) : TimestampAssigner.NO_TIMESTAMP;
        K key = one.key.getKey(value);
        int group = KeyGroups.groupOf(codec.hash(key), Backends.GROUPS);
        expected
            .get(KeyGroups.subtaskOf(group, CONSUMERS, Backends.GROUPS))
            .add(new Got<>(key, value, timestamp));
        output.process(value, timestamp);
        if (random.nextInt(100) == 0) {
          output.flush();
          run(inputs, loops);
          assertThat(output.regainRoom()).isTrue();
        }
      }
      output.flush();
      run(inputs, loops);
    }
    assertThat(received).isEqualTo(expected);
  }

  private static <T, K> ObjectOutput<T> output(
      Case<T, K> one,
      TypeInformation<T> type,
      KeyCodec<K> codec,
      List<LocalChannel> inputs,
      OutputRoom room) {
    BatchPool pool = new BatchPool(Collections.nCopies(CONSUMERS, ObjectLayout.of(type)), 0);
    OutputChannel[] channels = new OutputChannel[CONSUMERS];
    for (int i = 0; i < CONSUMERS; i++) {
      inputs.add(new LocalChannel());
      channels[i] = inputs.get(i).output(pool, i);
      channels[i].onWritable(() -> {});
    }
    int[] channelOfGroup = new int[Backends.GROUPS];
    for (int group = 0; group < channelOfGroup.length; group++) {
      channelOfGroup[group] = KeyGroups.subtaskOf(group, CONSUMERS, Backends.GROUPS);
    }
    EdgeOutput.Setup<T> setup =
        new EdgeOutput.Setup<>("'op'", channels, type, room, true, codec.isLong());
    return codec.isLong()
        ? new LongKeyOutput<>(setup, one.key, codec, channelOfGroup)
        : new ObjectKeyOutput<>(setup, one.key, codec, channelOfGroup);
  }

  private static <T, K> BatchLoop loop(
      Case<T, K> one, KeyCodec<K> codec, KeyedStateBackend<K> backend, Receiver<T> head) {
    return codec.isLong()
        ? new LongKeyLoop<>(head, new OutputRoom(), backend, one.key, codec)
        : new ObjectKeyLoop<>(head, new OutputRoom(), backend, one.key, codec);
  }

  /** The backend, which wants to be told the keys of each batch. */
  @SuppressWarnings("unchecked") // it delegates to one
  private static <K> KeyedStateBackend<K> told(KeyedStateBackend<K> backend, Deque<K> keys) {
    KeyCodec<K> codec = backend.keyCodec();
    return (KeyedStateBackend<K>)
        Proxy.newProxyInstance(
            KeyedEdgeTest.class.getClassLoader(),
            new Class<?>[] {KeyedStateBackend.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("wantsNextKeys")) {
                return true;
              }
              if (!method.getName().equals("readAhead")) {
                return method.invoke(backend, arguments);
              }
              NextKeys next = (NextKeys) arguments[0];
              assertThat(keys).isEmpty();
              for (int i = 0; i < next.count; i++) {
                K key = codec.isLong() ? codec.fromLong(next.longs[i]) : (K) next.objects[i];
                assertThat(next.hashes[i]).isEqualTo(codec.hash(key));
                keys.add(key);
              }
              return null;
            });
  }

  private static void run(List<LocalChannel> inputs, List<BatchLoop> loops) throws Exception {
    for (int i = 0; i < CONSUMERS; i++) {
      while (inputs.get(i).poll() instanceof ObjectBatch batch) {
        assertThat(loops.get(i).run(batch, 0)).isEqualTo(batch.size);
        batch.release();
      }
    }
  }
}

package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NextKeys;
import io.millrace.runtime.state.heap.Backends;
import io.millrace.runtime.state.heap.Backends.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries of a batch's keys that are read together. */
class ReadAheadTest {
  private static final int BATCH = 100;

  @Test
  void isForBatchesAfterOneThatMissedMany() {
    ReadAhead ahead = new ReadAhead();
    assertThat(ahead.begins(BATCH)).as("nothing is known").isFalse();
    missed(ahead, BATCH / 8);
    assertThat(ahead.begins(BATCH)).isTrue();
    for (int i = 0; i < BATCH / 8; i++) {
      ahead.used();
    }
    assertThat(ahead.begins(BATCH)).as("what was read was of use").isTrue();
    assertThat(ahead.begins(BATCH)).as("nobody asked").isFalse();
    missed(ahead, BATCH / 8 - 1);
    assertThat(ahead.begins(BATCH)).as("few were missed").isFalse();
    missed(ahead, BATCH);
    assertThat(ahead.begins(3)).as("it is small").isFalse();
    missed(ahead, 3);
    assertThat(ahead.begins(BATCH)).as("the one before was").isFalse();
  }

  @Test
  void isNotForMoreThanAMegabyteAtATime() {
    assertThat(ReadAhead.most(16)).isEqualTo(65_536);
    assertThat(ReadAhead.most(100_000)).isEqualTo(10);
    assertThat(ReadAhead.most(200_000)).as("too few to be worth it").isZero();
    assertThat(ReadAhead.isWorth(7)).isFalse();
    assertThat(ReadAhead.isWorth(8)).isTrue();
  }

  private static void missed(ReadAhead ahead, int entries) {
    for (int i = 0; i < entries; i++) {
      ahead.missed();
    }
  }

  /** Batches of random keys and changes, with cuts and expiry in between, against maps. */
  @ParameterizedTest
  @CsvSource({
    "ROCKSDB, 1",
    "ROCKSDB_SMALL_CACHE, 2",
    "ROCKSDB_SMALL_CACHE, 3",
    "ROCKSDB_NO_CACHE, 4"
  })
  void changesNothing(Kind kind, long seed) throws Exception {
    try (Backends<Long> longs = Backends.ofLongs(kind);
        Backends<String> strings = new Backends<>(kind, TypeInformation.of(String.class))) {
      boolean missing = kind != Kind.ROCKSDB;
      assertThat(run(longs, new Random(seed), key -> key - 3) > 0).isEqualTo(missing);
      assertThat(run(strings, new Random(seed), key -> "key " + key) > 0).isEqualTo(missing);
    }
  }

  /** How often keys were told. */
  private static <K> int run(Backends<K> backends, Random random, LongFunction<K> keys)
      throws Exception {
    KeyedStateBackend<K> backend = backends.create();
    ValueState<Long> sum = backend.getState(new ValueStateDescriptor<>("sum", Long.class));
    ListState<String> names =
        backend.getListState(new ListStateDescriptor<>("names", String.class));
    ValueStateDescriptor<Long> timed = new ValueStateDescriptor<>("timed", Long.class);
    timed.enableTimeToLive(StateTtlConfig.of(Duration.ofMillis(50)));
    ValueState<Long> recent = backend.getState(timed);
    Map<K, Long> sums = new HashMap<>();
    Map<K, List<String>> lists = new HashMap<>();
    Map<K, Long> written = new HashMap<>();
    int told = 0;
    long now = 0;
    Optional<KeyedCut> cut = Optional.empty();
    for (int batch = 0; batch < 60; batch++) {
      List<K> next = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        next.add(keys.apply(random.nextInt(600)));
      }
      if (backend.wantsNextKeys(BATCH)) {
        told++;
        backend.readAhead(nextKeys(backend, next));
      }
      for (K key : next) {
        backends.at(backend, key);
        assertThat(sum.value()).isEqualTo(sums.get(key));
        assertThat(names.get()).containsExactlyElementsOf(lists.getOrDefault(key, List.of()));
        boolean alive = written.containsKey(key) && now - written.get(key) < 50;
        assertThat(recent.value() != null).isEqualTo(alive);
        switch (random.nextInt(5)) {
          case 0 -> {
            sum.clear();
            sums.remove(key);
          }
          case 1 -> {
            names.add("n" + batch);
            lists.computeIfAbsent(key, k -> new ArrayList<>()).add("n" + batch);
          }
          case 2 -> {
            recent.update(now);
            written.put(key, now);
          }
          default -> {
            long value = random.nextLong();
            sum.update(value);
            sums.put(key, value);
          }
        }
      }
      backends.advance(10);
      now += 10;
      backend.cleanUpSome();
      if (random.nextInt(8) == 0) {
        cut.ifPresent(KeyedCut::close);
        cut = Optional.of(backend.snapshot());
      }
    }
    cut.ifPresent(KeyedCut::close);
    return told;
  }

  private static <K> NextKeys nextKeys(KeyedStateBackend<K> backend, List<K> keys) {
    boolean longs = backend.keyCodec().isLong();
    NextKeys next = longs ? NextKeys.ofLongs(BATCH) : NextKeys.ofObjects(BATCH);
    for (K key : keys) {
      if (longs) {
        next.longs[next.count] = backend.keyCodec().toLong(key);
      } else {
        next.objects[next.count] = key;
      }
      next.hashes[next.count++] = backend.keyCodec().hash(key);
    }
    return next;
  }
}

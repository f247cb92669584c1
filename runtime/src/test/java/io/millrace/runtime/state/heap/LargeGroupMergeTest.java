package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key group's panes are merged in a table, or walked if that would be too large: the same. */
class LargeGroupMergeTest {
  private static final PanedState.Merger<Long> IN_ORDER =
      new PanedState.Merger<>() {
        @Override
        public Long first(Long stored) {
          return stored;
        }

        @Override
        public Long merge(Long merged, Long stored) {
          return 31 * merged + stored;
        }
      };

  @ParameterizedTest
  @ValueSource(ints = {Panes.MOST_MERGED_AT_ONCE / 2, Panes.MOST_MERGED_AT_ONCE * 2})
  void eachKeyIsMetOnceWithItsAccumulatorsInOrder(int entries) throws IOException {
    try (Backends<Long> backends = Backends.ofLongs(Backends.Kind.HEAP)) {
      // One group alone.
      KeyedStateBackend<Long> backend = backends.create(0, Backends.GROUPS);
      PanedState<Long> panes = backend.panedState("p", TypeInformation.of(Long.class));
      long[] starts = {0, 10, 20};
      Map<Long, Long> expected = new HashMap<>();
      Random random = new Random(entries);
      int put = 0;
      for (long key = 0; put < entries; key++) {
        int hash = KeyHash.ofLong(key);
        if (KeyGroups.groupOf(hash, Backends.GROUPS) != 0) {
          continue;
        }
        backend.setCurrentLongKey(key, hash);
        for (long start : starts) {
          if (random.nextInt(3) > 0) {
            long value = random.nextLong();
            panes.put(start, value);
            expected.merge(key, value, IN_ORDER::merge);
            put++;
          }
        }
      }

      Map<Long, Long> met = new HashMap<>();
      try (PaneCursor<Long> walk = panes.merged(starts, 0, starts.length, IN_ORDER)) {
        assertThat(walk instanceof HeapPaneMerge).isEqualTo(entries < Panes.MOST_MERGED_AT_ONCE);
        while (walk.advance()) {
          assertThat(met.put(backend.currentKey(), walk.accumulator())).isNull();
        }
      }
      assertThat(met).isEqualTo(expected);
    }
  }
}

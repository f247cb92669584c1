package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.StateTtlConfig.UpdateType;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.StateEntry;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateHandles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read of a key from outside is what its handles give, and nobody notices. */
class PeekTest {
  private static final long KEYS = 500;

  record Named(String name, long value) {}

  private static List<StateEntry> entries(Optional<RawState> raw) {
    List<StateEntry> entries = new ArrayList<>();
    raw.ifPresent(found -> StateArchive.read(found, PeekTest.class.getClassLoader(), entries::add));
    return entries;
  }

  private static <K> List<Object> values(KeyedStateBackend<K> backend, String state, K key) {
    return entries(backend.peek(state, key)).stream().map(StateEntry::value).toList();
  }

  @ParameterizedTest
  @EnumSource(Backends.Kind.class)
  void everyKindThatIsFoundByKeyIsRead(Backends.Kind kind) throws Exception {
    try (Backends<Long> backends = Backends.ofLongs(kind)) {
      KeyedStateBackend<Long> backend = backends.create();
      var flat = backend.getState(new ValueStateDescriptor<>("flat", Long.class));
      var row = backend.getState(new ValueStateDescriptor<>("row", Named.class));
      var list = backend.getListState(new ListStateDescriptor<>("list", Long.class));
      var map = backend.getMapState(new MapStateDescriptor<>("map", String.class, Long.class));
      var sum =
          backend.getReducingState(new ReducingStateDescriptor<>("sum", Long::sum, Long.class));
      for (long key = 0; key < KEYS; key++) {
        backends.at(backend, key);
        flat.update(key);
        row.update(new Named("n" + key, key));
        list.addAll(List.of(key, key + 1));
        map.put("one", key);
        sum.add(key);
        sum.add(1L);
      }
      backends.at(backend, 7L);
      row.clear();

      for (long key = 0; key < KEYS; key += 50) {
        assertThat(values(backend, "flat", key)).containsExactly(key);
        assertThat(values(backend, "list", key)).containsExactly(List.of(key, key + 1));
        assertThat(values(backend, "sum", key)).containsExactly(key + 1);
        StateEntry entry = entries(backend.peek("map", key)).get(0);
        assertThat(entry.key()).contains(key);
        assertThat(entry.userKey()).contains("one");
        assertThat(entry.value()).isEqualTo(key);
        assertThat(values(backend, "row", key).get(0).toString()).contains("n" + key);
      }
      assertThat(values(backend, "row", 7L)).isEmpty();
      assertThat(values(backend, "flat", KEYS)).isEmpty();
      // The key that was current still is.
      assertThat(flat.value()).isEqualTo(7);
      assertThat(backend.currentKey()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @EnumSource(Backends.Kind.class)
  void noTimeToLiveIsRenewedAndNothingExpiredIsShown(Backends.Kind kind) throws Exception {
    try (Backends<String> backends = new Backends<>(kind, TypeInformation.of(String.class))) {
      KeyedStateBackend<String> backend = backends.create();
      ValueStateDescriptor<String> descriptor = new ValueStateDescriptor<>("timed", String.class);
      descriptor.enableTimeToLive(
          new StateTtlConfig(Duration.ofMillis(100), UpdateType.ON_READ_AND_WRITE));
      ValueState<String> timed = backend.getState(descriptor);
      for (int i = 0; i < KEYS; i++) {
        backends.at(backend, "k" + i);
        timed.update("v" + i);
      }
      backends.advance(60);
      StateEntry before = entries(backend.peek("timed", "k3")).get(0);
      assertThat(before.value()).isEqualTo("v3");
      assertThat(before.updated()).hasValue(1_000_000);
      backends.at(backend, "k4");
      assertThat(timed.value()).isEqualTo("v4");
      backends.advance(60);

      assertThat(values(backend, "timed", "k3")).isEmpty();
      assertThat(values(backend, "timed", "k4")).containsExactly("v4");
      backends.at(backend, "k3");
      assertThat(timed.value()).isNull();
    }
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    try (Backends<Long> backends = Backends.ofLongs(Backends.Kind.HEAP)) {
      KeyedStateBackend<Long> backend = backends.create();
      backends.at(backend, 1L);
      backend.getState(new ValueStateDescriptor<>("flat", Long.class)).update(1L);
      backend.timers("timers");
      assertThatThrownBy(() -> backend.peek("other", 1L))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("asked for no such state")
          .hasMessageContaining("flat");
      assertThatThrownBy(() -> backend.peek("timers", 1L))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("TIMERS state is not found by key");
      StateHandles handles = backends.snapshot(backend);
      KeyedStateBackend<Long> restored = backends.restore(0, 1, List.of(handles));
      assertThatThrownBy(() -> restored.peek("flat", 1L))
          .hasMessageContaining("has not asked for it since it was restored");
    }
  }
}

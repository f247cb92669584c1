package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.FlatValueState;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Word by word against a HashMap and against the handle of objects, with cuts in between. */
@ParameterizedClass
@EnumSource(Backends.Kind.class)
class FlatValueStateTest {
  private final Backends.Kind kind;

  FlatValueStateTest(Backends.Kind kind) {
    this.kind = kind;
  }

  record Group(long rows, long sum) {}

  private static ValueStateDescriptor<Group> groups() {
    return new ValueStateDescriptor<>("groups", Group.class);
  }

  @Test
  void wordsAreTheValueAndACutKeepsThem() throws IOException {
    Random random = new Random(4);
    try (Backends<Long> backends = Backends.ofLongs(kind)) {
      KeyedStateBackend<Long> backend = backends.create();
      FlatValueState<Group> flat = backend.flatState(groups());
      ValueState<Group> objects = backend.getState(groups());
      Map<Long, Group> model = new HashMap<>();
      KeyedCut cut = backend.snapshot();
      Map<Long, Group> atCut = Map.of();
      for (int i = 0; i < kind.steps(60_000); i++) {
        long key = random.nextInt(2) == 0 ? random.nextInt(4_000) - 10 : random.nextInt(50);
        int hash = KeyHash.ofLong(key);
        switch (random.nextInt(8)) {
          case 0 -> {
            flat.remove(key, hash);
            model.remove(key);
          }
          case 1 -> {
            backends.at(backend, key);
            assertThat(objects.value()).isEqualTo(model.get(key));
          }
          case 2 -> {
            backends.at(backend, key);
            Group value = new Group(i, random.nextLong());
            objects.update(value);
            model.put(key, value);
          }
          default -> {
            long[] words = flat.find(key, hash);
            Group before = model.get(key);
            assertThat(flat.at() >= 0).isEqualTo(before != null);
            if (before != null) {
              assertThat(new Group(words[flat.at()], words[flat.at() + 1])).isEqualTo(before);
            }
            if (!flat.isOpen(words)) {
              words = flat.open(key, hash);
            }
            Group value = new Group(random.nextLong(), i);
            words[flat.at()] = value.rows();
            words[flat.at() + 1] = value.sum();
            model.put(key, value);
          }
        }
        if (i % 5_000 == 4_999) {
          check(backends, List.of(backends.write(cut)), atCut);
          cut = backend.snapshot();
          atCut = Map.copyOf(model);
        }
        if (i % 400 == 0) {
          backend.cleanUpSome();
        }
      }
      check(backends, List.of(backends.write(cut)), atCut);
      check(backends, List.of(backends.snapshot(backend)), model);
    }
  }

  private static void check(
      Backends<Long> backends, List<StateHandles> handles, Map<Long, Group> expected)
      throws IOException {
    List<KeyedStateBackend<Long>> restored = backends.restoreAll(3, handles);
    Map<Long, Group> found = new HashMap<>();
    for (long key = -10; key < 4_000; key++) {
      FlatValueState<Group> flat = backends.at(restored, key).flatState(groups());
      long[] words = flat.find(key, KeyHash.ofLong(key));
      if (flat.at() >= 0) {
        found.put(key, new Group(words[flat.at()], words[flat.at() + 1]));
      }
    }
    assertThat(found).isEqualTo(expected);
    restored.forEach(KeyedStateBackend::close);
  }

  /** Also in tables that are large enough for it to do something. */
  @Test
  void fetchingChangesNothing() throws IOException {
    int keys = kind == Backends.Kind.HEAP ? 40_000 : 2_000;
    try (Backends<Long> backends = Backends.ofLongs(kind)) {
      FlatValueState<Group> flat = backends.create().flatState(groups());
      int[] hashes = new int[keys];
      int[] rows = new int[keys];
      for (int i = 0; i < keys; i++) {
        hashes[i] = KeyHash.ofLong(i);
        rows[i] = keys - 1 - i;
        long[] words = flat.open(i, hashes[i]);
        words[flat.at()] = i;
        words[flat.at() + 1] = 0;
      }
      flat.fetch(hashes, rows, 0, keys);
      flat.fetch(hashes, rows, 5, 5);
      for (int i = 0; i < keys; i++) {
        long[] words = flat.find(i, hashes[i]);
        assertThat(words[flat.at()]).isEqualTo(i);
      }
    }
  }

  @Test
  void keysOfOtherSubtasksAreRefused() throws IOException {
    try (Backends<Long> backends = Backends.ofLongs(kind)) {
      FlatValueState<Group> flat = backends.create(0, 2).flatState(groups());
      long foreign = 1;
      while (KeyGroups.groupOf(KeyHash.ofLong(foreign), Backends.GROUPS) < Backends.GROUPS / 2) {
        foreign++;
      }
      long key = foreign;
      assertThatThrownBy(() -> flat.find(key, KeyHash.ofLong(key)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("came to the subtask of the groups 0 to 63");
    }
  }

  @Test
  void whatIsNotFlatIsRefusedByName() throws IOException {
    try (Backends<Long> backends = Backends.ofLongs(kind);
        Backends<String> byName = new Backends<>(kind, TypeInformation.of(String.class))) {
      assertThatThrownBy(
              () -> backends.create().flatState(new ValueStateDescriptor<>("n", String.class)))
          .hasMessageContaining("State 'n' of operator op");
      assertThatThrownBy(() -> byName.create().flatState(groups()))
          .hasMessageContaining("an integer key");
    }
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateMeta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** What a snapshot had and no one has registered yet, by key group. Owned by the task thread. */
final class UnclaimedStates {
  private final StateStorage storage;
  private final Map<Integer, List<Unclaimed>> byGroup = new HashMap<>();

  /** One state of one key group. */
  record Unclaimed(StateMeta meta, String origin, StateStorage.Kept kept) {
    RawState load() {
      return new RawState(meta, origin, kept.load());
    }

    private Supplier<RawState> inCut() {
      Supplier<byte[]> entries = kept.inCut();
      return () -> new RawState(meta, origin, entries.get());
    }
  }

  UnclaimedStates(StateStorage storage) {
    this.storage = storage;
  }

  void add(int group, List<RawState> states) {
    List<Unclaimed> all = byGroup.computeIfAbsent(group, g -> new ArrayList<>());
    for (RawState state : states) {
      all.add(new Unclaimed(state.meta(), state.origin(), storage.keep(state.entries())));
    }
  }

  /** Removes and returns what there is of a state, by ascending key group. */
  SortedMap<Integer, List<Unclaimed>> claim(String name) {
    TreeMap<Integer, List<Unclaimed>> claimed = new TreeMap<>();
    byGroup.forEach(
        (group, states) -> {
          List<Unclaimed> mine =
              states.stream().filter(state -> state.meta().name().equals(name)).toList();
          if (!mine.isEmpty()) {
            claimed.put(group, mine);
            states.removeAll(mine);
          }
        });
    byGroup.values().removeIf(List::isEmpty);
    return claimed;
  }

  boolean isEmpty() {
    return byGroup.isEmpty();
  }

  List<String> names() {
    TreeSet<String> names = new TreeSet<>();
    byGroup.values().forEach(states -> states.forEach(state -> names.add(state.meta().name())));
    return List.copyOf(names);
  }

  void drop() {
    byGroup.values().forEach(states -> states.forEach(state -> state.kept().drop()));
    byGroup.clear();
  }

  /** What a cut has of them, read when it is written. */
  Map<Integer, List<Supplier<RawState>>> capture() {
    Map<Integer, List<Supplier<RawState>>> captured = new HashMap<>();
    byGroup.forEach(
        (group, states) -> captured.put(group, states.stream().map(Unclaimed::inCut).toList()));
    return captured;
  }
}

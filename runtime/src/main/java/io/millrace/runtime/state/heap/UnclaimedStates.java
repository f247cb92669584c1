package io.millrace.runtime.state.heap;

import io.millrace.runtime.state.RawState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a snapshot had and no one has registered yet, by key group. Owned by the task thread. */
final class UnclaimedStates {
  private final Map<Integer, List<RawState>> byGroup = new HashMap<>();

  void add(int group, List<RawState> states) {
    byGroup.computeIfAbsent(group, g -> new ArrayList<>()).addAll(states);
  }

  /** Removes and returns what there is of a state, by ascending key group. */
  SortedMap<Integer, List<RawState>> claim(String name) {
    TreeMap<Integer, List<RawState>> claimed = new TreeMap<>();
    byGroup.forEach(
        (group, states) -> {
          List<RawState> mine =
              states.stream().filter(state -> state.meta().name().equals(name)).toList();
          if (!mine.isEmpty()) {
            claimed.put(group, mine);
            states.removeAll(mine);
          }
        });
    byGroup.values().removeIf(List::isEmpty);
    return claimed;
  }

  List<String> names() {
    TreeSet<String> names = new TreeSet<>();
    byGroup.values().forEach(states -> states.forEach(state -> names.add(state.meta().name())));
    return List.copyOf(names);
  }

  void clear() {
    byGroup.clear();
  }

  /** A view for a cut. */
  Map<Integer, List<RawState>> capture() {
    Map<Integer, List<RawState>> copy = new HashMap<>();
    byGroup.forEach((group, states) -> copy.put(group, List.copyOf(states)));
    return copy;
  }
}

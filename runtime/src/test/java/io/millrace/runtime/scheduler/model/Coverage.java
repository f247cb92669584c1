package io.millrace.runtime.scheduler.model;

import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.JobMachine;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which events have met which states. */
final class Coverage {
  private final TreeMap<String, TreeMap<String, Integer>> counts = new TreeMap<>();

  void add(JobMachine machine, JobEvent event) {
    String kind =
        event instanceof JobEvent.FromTaskManager message
            ? message.message().getClass().getSimpleName()
            : event instanceof JobEvent.TimerFired fired
                ? "Timer:" + fired.timer().kind()
                : event.getClass().getSimpleName();
    String state =
        machine.phase() + machine.checkpoints().step().map(step -> "/" + step).orElse("");
    counts.computeIfAbsent(state, key -> new TreeMap<>()).merge(kind, 1, Integer::sum);
  }

  int pairs() {
    return counts.values().stream().mapToInt(TreeMap::size).sum();
  }

  String table() {
    StringBuilder text = new StringBuilder();
    TreeSet<String> events = new TreeSet<>();
    counts.values().forEach(row -> events.addAll(row.keySet()));
    text.append(pairs() + " (state, event) pairs of " + counts.size() + " states and ")
        .append(events.size() + " events\n");
    counts.forEach((state, row) -> text.append("  " + state + ": " + row + "\n"));
    return text.toString();
  }
}

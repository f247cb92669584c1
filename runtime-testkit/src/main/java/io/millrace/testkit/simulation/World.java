package io.millrace.testkit.simulation;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Virtual time, one thread and one source of randomness: everything that happens in a simulation is
 * an event of this queue, so that a seed replays it exactly. Times are microseconds.
 */
final class World {
  private static final int TRACE_KEPT = 400;

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::sequence));
  private final SplittableRandom random;
  private final ArrayDeque<String> trace = new ArrayDeque<>();
  private long now = 1_000_000_000L;
  private long sequence;
  private long executed;
  private long hash;
  private Optional<String> violation = Optional.empty();

  private record Event(
      long time, long sequence, Optional<Machine> machine, String label, Action action) {}

  /** What happens. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  World(long seed) {
    this.random = new SplittableRandom(seed);
  }

  long micros() {
    return now;
  }

  long millis() {
    return now / 1000;
  }

  long executed() {
    return executed;
  }

  /** Of all labels and times so far: equal for equal seeds, in any JVM. */
  long traceHash() {
    return hash;
  }

  Iterable<String> trace() {
    return trace;
  }

  long between(long least, long most) {
    return least >= most ? least : random.nextLong(least, most + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  double fraction() {
    return random.nextDouble();
  }

  void after(long micros, String label, Action action) {
    events.add(new Event(now + micros, sequence++, Optional.empty(), label, action));
  }

  /** Happens on a machine: not at all once it is dead, later while it is paused. */
  void after(long micros, Machine machine, String label, Action action) {
    events.add(new Event(now + micros, sequence++, Optional.of(machine), label, action));
  }

  /** A protocol rule was broken; the first one counts. */
  void violated(String what) {
    if (violation.isEmpty()) {
      note("VIOLATION " + what);
      violation = Optional.of(what);
    }
  }

  Optional<String> violation() {
    return violation;
  }

  /** Adds a line to the trace. */
  void note(String line) {
    for (int i = 0; i < line.length(); i++) {
      hash = hash * 1099511628211L ^ line.charAt(i);
    }
    hash = hash * 1099511628211L ^ now;
    if (trace.size() == TRACE_KEPT) {
      trace.removeFirst();
    }
    trace.addLast(String.format("%10.3f ms  %s", (now - 1_000_000_000L) / 1000.0, line));
  }

  /** Runs the next event; false if there is none. */
  boolean step() {
    Event event = events.poll();
    if (event == null) {
      return false;
    }
    now = Math.max(now, event.time());
    if (event.machine().isPresent()) {
      Machine machine = event.machine().get();
      if (!machine.isAlive()) {
        return true;
      }
      if (machine.pausedUntil() > now) {
        events.add(
            new Event(
                machine.pausedUntil(),
                event.sequence(),
                event.machine(),
                event.label(),
                event.action()));
        return true;
      }
    }
    executed++;
    note(event.machine().map(machine -> machine.name() + ": ").orElse("") + event.label());
    try {
      event.action().run();
    } catch (Exception | AssertionError e) {
      violated("an event threw: " + event.label() + ": " + e);
    }
    return true;
  }
}

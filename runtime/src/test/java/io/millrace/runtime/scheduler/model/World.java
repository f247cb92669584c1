package io.millrace.runtime.scheduler.model;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time and one seeded source of chance: the same seed gives the same run. */
final class World {
  private record Scheduled(long time, long order, Runnable task) {}

  final Random random;
  private final PriorityQueue<Scheduled> queue =
      new PriorityQueue<>(Comparator.comparing(Scheduled::time).thenComparing(Scheduled::order));
  private long now;
  private long scheduled;

  World(long seed) {
    this.random = new Random(seed);
  }

  long now() {
    return now;
  }

  void after(long millis, Runnable task) {
    queue.add(new Scheduled(now + millis, scheduled++, task));
  }

  /** Within a random time up to this. */
  void within(int millis, Runnable task) {
    after(1 + random.nextInt(millis), task);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Runs the next thing; false if there is none before the time. */
  boolean step(long until) {
    Scheduled next = queue.peek();
    if (next == null || next.time() > until) {
      return false;
    }
    queue.remove();
    now = next.time();
    next.task().run();
    return true;
  }

  /** A way for messages that keeps their order, until it breaks and loses those under way. */
  final class Link {
    private long last;
    private int generation;

    void send(int delay, Runnable delivery) {
      int sentIn = generation;
      last = Math.max(last, now + 1 + random.nextInt(delay));
      queue.add(
          new Scheduled(
              last,
              scheduled++,
              () -> {
                if (sentIn == generation) {
                  delivery.run();
                }
              }));
    }

    void breakDown() {
      generation++;
    }
  }
}

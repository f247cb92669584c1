package io.millrace.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A scheduled executor whose time stands still until it is advanced; what is due runs on the
 * advancing thread, in order of time and then of submission. One thread only.
 */
public final class VirtualScheduler extends AbstractExecutorService
    implements ScheduledExecutorService {
  private final PriorityQueue<Entry<?>> queue = new PriorityQueue<>();
  private long now;
  private long sequence;
  private boolean shutdown;

  /** Virtual nanoseconds since it was made. */
  public long nanoTime() {
    return now;
  }

  /** Runs all that is due now, and what that makes due. */
  public void runDue() {
    advance(Duration.ZERO);
  }

  /** Lets time pass. */
  public void advance(Duration duration) {
    long end = now + duration.toNanos();
    while (!queue.isEmpty() && queue.peek().due <= end) {
      Entry<?> next = queue.poll();
      now = Math.max(now, next.due);
      next.fire();
    }
    now = end;
  }

  @Override
  public void execute(Runnable command) {
    ScheduledFuture<?> unused = schedule(command, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return add(new Entry<>(command, delay, unit, 0, false));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return add(new Entry<>(callable, delay, unit));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return add(new Entry<>(command, initialDelay, unit, unit.toNanos(period), true));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return scheduleAtFixedRate(command, initialDelay, delay, unit);
  }

  private <V> Entry<V> add(Entry<V> entry) {
    if (!shutdown) {
      queue.add(entry);
    }
    return entry;
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    List<Runnable> left = new ArrayList<>(queue);
    queue.clear();
    return left;
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown && queue.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }

  /** Something to run at a time. */
  private final class Entry<V> extends FutureTask<V> implements ScheduledFuture<V> {
    private final long order = sequence++;
    private final long period;
    private final boolean periodic;
    private long due;

    Entry(Runnable command, long delay, TimeUnit unit, long period, boolean periodic) {
      super(command, null);
      this.due = now + unit.toNanos(delay);
      this.period = period;
      this.periodic = periodic;
    }

    Entry(Callable<V> callable, long delay, TimeUnit unit) {
      super(callable);
      this.due = now + unit.toNanos(delay);
      this.period = 0;
      this.periodic = false;
    }

    void fire() {
      if (!periodic) {
        run();
      } else if (runAndReset()) {
        due += period;
        Entry<V> unused = add(this);
      }
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - now, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Entry<?> entry = (Entry<?>) other;
      int byTime = Long.compare(due, entry.due);
      return byTime != 0 ? byTime : Long.compare(order, entry.order);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}

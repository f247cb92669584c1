package io.millrace.runtime.task;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Schedules one {@link Steppable}: at most one thread runs it, and a wake-up is never lost. {@link
 * #wakeUp} is for any thread.
 */
public final class StepHandle {
  private static final int IDLE = 0;
  private static final int QUEUED = 1;
  private static final int RUNNING = 2;
  private static final int RUNNING_WOKEN = 3;

  private final Steppable steppable;
  private final TaskExecutor executor;
  private final AtomicInteger state = new AtomicInteger(IDLE);

  /** Which worker ran it last; the executor's own note. */
  private int affinity;

  /** How long its steps are; the executor's own note. */
  private long usualStep;

  public StepHandle(Steppable steppable, TaskExecutor executor, int affinity) {
    this.steppable = steppable;
    this.executor = executor;
    this.affinity = affinity;
  }

  public void wakeUp() {
    while (true) {
      int s = state.get();
      if (s == QUEUED || s == RUNNING_WOKEN) {
        return;
      }
      if (s == IDLE && state.compareAndSet(IDLE, QUEUED)) {
        executor.enqueue(this);
        return;
      }
      if (s == RUNNING && state.compareAndSet(RUNNING, RUNNING_WOKEN)) {
        return;
      }
    }
  }

  /**
   * Has it woken up after a time, if not sooner. Only the earliest pending one is kept. Called
   * within a step.
   */
  void wakeUpAfter(Duration delay) {
    executor.wakeUpAfter(this, Math.max(0, TimeUnit.NANOSECONDS.convert(delay)));
  }

  /** Takes back {@link #wakeUpAfter}. */
  void forgetWakeUp() {
    executor.forgetWakeUp(this);
  }

  /** Called by the executor with what it took from its queue. */
  public void run() {
    state.set(RUNNING);
    boolean again = steppable.step();
    if (again || !state.compareAndSet(RUNNING, IDLE)) {
      state.set(QUEUED);
      executor.enqueue(this);
    }
  }

  public int affinity() {
    return affinity;
  }

  public void setAffinity(int worker) {
    affinity = worker;
  }

  /** Nanoseconds that a step takes: not more than this, as a rule. */
  public long usualStep() {
    return usualStep;
  }

  /** Nanoseconds that a step has taken. */
  public void noteStep(long nanos) {
    usualStep = Math.max(nanos, usualStep - (usualStep >> 3));
  }

  public String name() {
    return steppable.name();
  }
}

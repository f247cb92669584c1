package io.millrace.runtime.task;

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

  public String name() {
    return steppable.name();
  }
}

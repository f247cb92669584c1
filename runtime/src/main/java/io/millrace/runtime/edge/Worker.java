package io.millrace.runtime.edge;

import io.millrace.runtime.task.StepHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread of a {@link WorkerPool}: steps what is in its queue, takes from the others' where that
 * is empty, and then sleeps until it is woken or is to look around.
 */
final class Worker implements Runnable {
  /** Looks at all queues before a worker parks: less than half of what parking costs. */
  private static final int SPINS = 20;

  private final WorkerPool pool;
  final ConcurrentLinkedQueue<StepHandle> queue = new ConcurrentLinkedQueue<>();
  final int index;
  private final String name;
  private final AtomicReference<Thread> successor = new AtomicReference<>();
  volatile Thread thread;
  volatile boolean parked;
  volatile StepHandle current;
  volatile boolean reported;
  private volatile long steps;

  /** While it is parked: when it will wake up by itself. */
  volatile long parkedUntil;

  private long stepsSeen = -1;

  /** Nanoseconds; for the worker's own thread. */
  private long lastStep;

  /** Whether it has parked with a time to look around; for the worker's own thread. */
  private boolean looks;

  Worker(WorkerPool pool, int index, boolean spare) {
    this.pool = pool;
    this.index = index;
    this.name = (spare ? "millrace-spare-worker-" : "millrace-worker-") + index;
    this.thread = WorkerPool.thread(this, name);
  }

  /** The thread is made here, not by the old one, which may have run user code. */
  void renew() {
    successor.set(WorkerPool.thread(this, name));
    unpark();
  }

  void unpark() {
    // In this order: a thread that follows the one read here parks after it was unmarked.
    parked = false;
    LockSupport.unpark(thread);
  }

  /** Seen in the same step at two looks. Only for the thread that looks. */
  boolean isStalled() {
    long now = steps;
    boolean same = current != null && now == stepsSeen;
    stepsSeen = now;
    return same;
  }

  @Override
  public void run() {
    while (!pool.isClosed()) {
      Thread next = successor.getAndSet(null);
      if (next != null) {
        thread = next;
        next.start();
        return;
      }
      wakeDue();
      StepHandle handle = next();
      if (handle == null) {
        handle = spinThenPark();
        if (handle == null) {
          continue;
        }
      }
      handOverLook();
      if (lastStep > WorkerPool.PATIENCE && !queue.isEmpty()) {
        // They were to be done soon, but for the step that took so long.
        pool.wakeOne();
      }
      step(handle);
    }
  }

  private void step(StepHandle handle) {
    long before = pool.now();
    current = handle;
    steps++;
    try {
      handle.run();
    } finally {
      current = null;
      reported = false;
    }
    lastStep = pool.now() - before;
    handle.noteStep(lastStep);
  }

  /** Whoever was to look around and has come to work instead has another one look. */
  private void handOverLook() {
    if (looks) {
      looks = false;
      long first = pool.times().earliest();
      long now = pool.now();
      pool.cover(
          WakeUpTimes.sum(
              first == WakeUpTimes.NEVER ? now : Math.max(now, first), WorkerPool.GRACE));
    }
  }

  private void wakeDue() {
    if (pool.times().earliest() != WakeUpTimes.NEVER) {
      long now = pool.now();
      while (pool.times().earliest() <= now) {
        pool.times().take(now).ifPresent(StepHandle::wakeUp);
      }
    }
  }

  /** Own thread only: whether what waits here, and this step, will not keep it for long. */
  boolean isSoonFree() {
    StepHandle running = current;
    long work = running == null ? 0 : running.usualStep();
    for (StepHandle waiting : queue) {
      work += waiting.usualStep();
      if (work > WorkerPool.PATIENCE) {
        return false;
      }
    }
    return work <= WorkerPool.PATIENCE;
  }

  private StepHandle next() {
    StepHandle handle = queue.poll();
    if (handle != null) {
      return handle;
    }
    for (Worker other : pool.workers()) {
      if (other != this) {
        handle = other.queue.poll();
        if (handle != null) {
          handle.setAffinity(index);
          return handle;
        }
      }
    }
    return null;
  }

  private StepHandle spinThenPark() {
    for (int i = 0; i < SPINS; i++) {
      StepHandle handle = next();
      if (handle != null) {
        return handle;
      }
      Thread.onSpinWait();
    }
    parkedUntil = WakeUpTimes.NEVER;
    parked = true;
    VarHandle.fullFence();
    StepHandle handle = next();
    if (handle == null && !pool.isClosed() && successor.get() == null) {
      parkUntilNextLook();
      handle = next();
    }
    parked = false;
    return handle;
  }

  private void parkUntilNextLook() {
    long until = nextLook();
    looks = until != WakeUpTimes.NEVER;
    if (!looks) {
      LockSupport.park(this);
      return;
    }
    parkedUntil = until;
    long wait = until - pool.now();
    if (wait > 0) {
      LockSupport.parkNanos(this, wait);
    }
  }

  /**
   * At the first time, unless another one does that. One of the others looks a little later, in
   * case a step holds that one up, or one that is awake.
   */
  private long nextLook() {
    long first = pool.times().earliest();
    boolean taken = first == WakeUpTimes.NEVER;
    boolean someAwake = false;
    int enough = 1;
    for (Worker other : pool.workers()) {
      if (other == this) {
        continue;
      }
      if (!other.parked) {
        someAwake = true;
      } else if (!taken && other.parkedUntil <= first) {
        taken = true;
        enough = 2;
      }
    }
    long look = taken ? WakeUpTimes.sum(first, WorkerPool.GRACE) : first;
    if (someAwake) {
      look = Math.min(look, pool.now() + WorkerPool.GRACE);
    }
    for (Worker other : pool.workers()) {
      if (other != this && other.parked && other.parkedUntil <= look && --enough == 0) {
        return WakeUpTimes.NEVER;
      }
    }
    return look;
  }
}

package io.millrace.runtime.edge;

import io.millrace.runtime.task.StepHandle;
import io.millrace.runtime.task.TaskExecutor;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * As many threads as cores, stepping the subtasks. A handle goes to the queue of the worker that
 * ran it last; a worker with nothing to do takes from the others and then parks, until it is woken
 * or, of all that are parked, one until the first time that a handle asked for. To wake a sleeping
 * thread costs more than many a step does: it is done when what waits for a worker would keep it
 * for longer, or isn't a worker's own doing. When user code stalls a worker, a spare one takes over
 * the rest and the stall is reported.
 */
public final class WorkerPool implements TaskExecutor, AutoCloseable {
  /** Looks at all queues before a worker parks: less than half of what parking costs. */
  private static final int SPINS = 20;

  /**
   * What a handle may have to wait for a worker, in nanoseconds, before another one is woken. Until
   * that has begun as much time is gone, and 20 to 40 µs of both processors (in a virtual machine).
   */
  private static final long PATIENCE = 50_000;

  /**
   * How long a step that takes longer than others did can hold up what was to be done soon after
   * it, in nanoseconds: then another worker looks by itself. Short enough for what is an exception,
   * and long enough to cost nothing.
   */
  private static final long GRACE = 50_000_000;

  private final CopyOnWriteArrayList<Worker> workers = new CopyOnWriteArrayList<>();
  private final BiConsumer<String, StackTraceElement[]> stallListener;
  private final WakeUpTimes times = new WakeUpTimes();
  private final long origin = System.nanoTime();
  private volatile boolean closed;

  /**
   * @param threads number of workers
   * @param stallListener told the name of the subtask and where it is
   */
  public WorkerPool(int threads, BiConsumer<String, StackTraceElement[]> stallListener) {
    this.stallListener = stallListener;
    for (int i = 0; i < threads; i++) {
      workers.add(new Worker(i, false));
    }
    workers.forEach(worker -> worker.thread.start());
  }

  @Override
  public void enqueue(StepHandle handle) {
    Worker own = workers.get(Math.floorMod(handle.affinity(), workers.size()));
    if (own.thread == Thread.currentThread() && own.queue.isEmpty()) {
      // Its next after the present step, which soon ends. To have another worker take it would cost
      // more than most steps, and leave what it needs in the wrong cache.
      own.queue.add(handle);
      return;
    }
    Worker here = current();
    if (here != null && (here == own || own.parked) && here.isSoonFree()) {
      // Done where its input was made before a sleeping thread would have been woken.
      handle.setAffinity(here.index);
      here.queue.add(handle);
      VarHandle.fullFence();
      cover(now() + GRACE);
      return;
    }
    own.queue.add(handle);
    VarHandle.fullFence();
    if (own.parked) {
      own.unpark();
    } else {
      wakeOne();
    }
  }

  @Override
  public void wakeUpAfter(StepHandle handle, long nanos) {
    // Whoever calls is a worker in a step, and looks at the times before it parks.
    long time = sum(now(), Math.min(nanos, WakeUpTimes.NEVER - 1));
    times.add(handle, time);
    cover(sum(time, GRACE));
  }

  /** Never, if it is too long to count. */
  private static long sum(long time, long nanos) {
    return time < WakeUpTimes.NEVER - nanos ? time + nanos : WakeUpTimes.NEVER;
  }

  /**
   * Sees to it that one of the parked workers, if there are any, looks around by that time: should
   * a step hold up the one that was to do it.
   */
  private void cover(long time) {
    Worker parked = null;
    for (Worker worker : workers) {
      if (worker.parked) {
        if (worker.parkedUntil <= time) {
          return;
        }
        parked = worker;
      }
    }
    if (parked != null) {
      parked.unpark();
    }
  }

  @Override
  public void forgetWakeUp(StepHandle handle) {
    times.forget(handle);
  }

  /** Nanoseconds since the start. */
  private long now() {
    return System.nanoTime() - origin;
  }

  private void wakeOne() {
    for (Worker worker : workers) {
      if (worker.parked) {
        worker.unpark();
        return;
      }
    }
  }

  /** The worker whose step calls; null if none does. */
  private Worker current() {
    Thread thread = Thread.currentThread();
    for (Worker worker : workers) {
      if (worker.thread == thread) {
        return worker;
      }
    }
    return null;
  }

  /**
   * Has each worker go on in a new thread after its present step, and the old thread end. So what
   * user code of a released job has left in thread locals goes, with the job's class loader. From
   * any thread but not from one that runs user code.
   */
  public void renewThreads() {
    for (Worker worker : workers) {
      worker.renew();
    }
  }

  /** Nothing is inherited: the creating thread may have been running a job's code. */
  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(WorkerPool.class.getClassLoader());
    return thread;
  }

  /**
   * A step that was seen at the last look, too, is a stall: it is reported, and a new thread takes
   * over what waits. To be called at regular times, always by the same thread, which must not run
   * user code.
   */
  public void lookForStalls() {
    if (closed) {
      return;
    }
    List<Worker> stalled = new ArrayList<>();
    for (Worker worker : workers) {
      if (worker.isStalled()) {
        stalled.add(worker);
      }
    }
    for (Worker worker : stalled) {
      StepHandle handle = worker.current;
      if (handle != null && !worker.reported) {
        worker.reported = true;
        stallListener.accept(handle.name(), worker.thread.getStackTrace());
        Worker spare = new Worker(workers.size(), true);
        workers.add(spare);
        spare.thread.start();
      }
    }
  }

  /** Ends the workers after their current step. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      worker.unpark();
    }
    for (Worker worker : workers) {
      try {
        worker.thread.join(1_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private final class Worker implements Runnable {
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
    private volatile long parkedUntil;

    private long stepsSeen = -1;

    /** Nanoseconds; for the worker's own thread. */
    private long lastStep;

    Worker(int index, boolean spare) {
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
      while (!closed) {
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
        if (lastStep > PATIENCE && !queue.isEmpty()) {
          // They were to be done soon, but for the step that took so long.
          wakeOne();
        }
        step(handle);
      }
    }

    private void step(StepHandle handle) {
      long before = now();
      current = handle;
      steps++;
      try {
        handle.run();
      } finally {
        current = null;
        reported = false;
      }
      lastStep = now() - before;
      handle.noteStep(lastStep);
    }

    private void wakeDue() {
      if (times.earliest() != WakeUpTimes.NEVER) {
        long now = now();
        while (times.earliest() <= now) {
          times.take(now).ifPresent(StepHandle::wakeUp);
        }
      }
    }

    /** Own thread only: whether what waits here, and this step, will not keep it for long. */
    private boolean isSoonFree() {
      StepHandle running = current;
      long work = running == null ? 0 : running.usualStep();
      for (StepHandle waiting : queue) {
        work += waiting.usualStep();
        if (work > PATIENCE) {
          return false;
        }
      }
      return work <= PATIENCE;
    }

    private StepHandle next() {
      StepHandle handle = queue.poll();
      if (handle != null) {
        return handle;
      }
      for (Worker other : workers) {
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
      if (handle == null && !closed && successor.get() == null) {
        parkUntilNextLook();
        handle = next();
      }
      parked = false;
      return handle;
    }

    private void parkUntilNextLook() {
      long until = nextLook();
      if (until == WakeUpTimes.NEVER) {
        LockSupport.park(this);
        return;
      }
      parkedUntil = until;
      long wait = until - now();
      if (wait > 0) {
        LockSupport.parkNanos(this, wait);
      }
    }

    /**
     * At the first time, unless another one does that. One of the others looks a little later, in
     * case a step holds that one up, or one that is awake.
     */
    private long nextLook() {
      long first = times.earliest();
      boolean taken = first == WakeUpTimes.NEVER;
      boolean someAwake = false;
      int enough = 1;
      for (Worker other : workers) {
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
      long look = taken ? sum(first, GRACE) : first;
      if (someAwake) {
        look = Math.min(look, now() + GRACE);
      }
      for (Worker other : workers) {
        if (other != this && other.parked && other.parkedUntil <= look && --enough == 0) {
          return WakeUpTimes.NEVER;
        }
      }
      return look;
    }
  }
}

package io.millrace.runtime.edge;

import io.millrace.runtime.task.StepHandle;
import io.millrace.runtime.task.TaskExecutor;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
  /**
   * What a handle may have to wait for a worker, in nanoseconds, before another one is woken. Until
   * that has begun as much time is gone, and 20 to 40 µs of both processors (in a virtual machine).
   */
  static final long PATIENCE = 50_000;

  /**
   * How long a step that takes longer than others did can hold up what was to be done soon after
   * it, in nanoseconds: then another worker looks by itself. Short enough for what is an exception,
   * and long enough to cost nothing.
   */
  static final long GRACE = 50_000_000;

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
      workers.add(new Worker(this, i, false));
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
      coverSoon();
      return;
    }
    Worker here = current();
    if (here != null && (here == own || own.parked) && here.isSoonFree()) {
      // Done where its input was made before a sleeping thread would have been woken.
      handle.setAffinity(here.index);
      here.queue.add(handle);
      coverSoon();
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
    long time = WakeUpTimes.sum(now(), Math.min(nanos, WakeUpTimes.NEVER - 1));
    times.add(handle, time);
    cover(WakeUpTimes.sum(time, GRACE));
  }

  /** Should the present step turn out to be a long one. */
  private void coverSoon() {
    VarHandle.fullFence();
    cover(now() + GRACE);
  }

  /**
   * Sees to it that one of the parked workers, if there are any, looks around by that time: should
   * a step hold up the one that was to do it.
   */
  void cover(long time) {
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
  long now() {
    return System.nanoTime() - origin;
  }

  CopyOnWriteArrayList<Worker> workers() {
    return workers;
  }

  WakeUpTimes times() {
    return times;
  }

  boolean isClosed() {
    return closed;
  }

  void wakeOne() {
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
  static Thread thread(Runnable task, String name) {
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
        Worker spare = new Worker(this, workers.size(), true);
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
}

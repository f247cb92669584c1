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
 * ran it last; a worker with nothing to do takes from the others and then parks without a timeout.
 * It is woken when more than one handle waits for another worker, or one that is not its own doing.
 * When user code stalls a worker, a spare one takes over the rest and the stall is reported.
 */
public final class WorkerPool implements TaskExecutor, AutoCloseable {
  /** Looks at all queues before a worker parks: less than half of what parking costs. */
  private static final int SPINS = 20;

  private final CopyOnWriteArrayList<Worker> workers = new CopyOnWriteArrayList<>();
  private final BiConsumer<String, StackTraceElement[]> stallListener;
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
    if (own.parked) {
      Worker here = current();
      if (here != null && here.queue.isEmpty()) {
        // Soon done where its input was made, before a sleeping thread would have been woken.
        handle.setAffinity(here.index);
        here.queue.add(handle);
        return;
      }
    }
    own.queue.add(handle);
    VarHandle.fullFence();
    if (own.parked) {
      own.unpark();
      return;
    }
    for (Worker other : workers) {
      if (other.parked) {
        other.unpark();
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
    private long stepsSeen = -1;

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
        StepHandle handle = next();
        if (handle == null) {
          handle = spinThenPark();
          if (handle == null) {
            continue;
          }
        }
        current = handle;
        steps++;
        try {
          handle.run();
        } finally {
          current = null;
          reported = false;
        }
      }
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
      parked = true;
      VarHandle.fullFence();
      StepHandle handle = next();
      if (handle == null && !closed && successor.get() == null) {
        LockSupport.park(this);
        handle = next();
      }
      parked = false;
      return handle;
    }
  }
}

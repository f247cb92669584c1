package io.millrace.runtime.edge;

import io.millrace.runtime.task.ProcessingTimers;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Processing-time timers of a process: on one thread, which only calls back. */
public final class TimerThread implements ProcessingTimers, AutoCloseable {
  private final ScheduledExecutorService executor;
  private final LongSupplier clock;
  private final boolean own;

  /**
   * On a thread that does other things, too, none of them for long and none of them user code.
   *
   * @param shared not shut down by {@link #close}
   */
  public TimerThread(LongSupplier clock, ScheduledExecutorService shared) {
    this.clock = clock;
    this.executor = shared;
    this.own = false;
  }

  /** On a thread of its own. */
  public TimerThread(LongSupplier clock) {
    this.clock = clock;
    this.own = true;
    ScheduledThreadPoolExecutor pool =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(null, task, "millrace-timers", 0, false);
              thread.setDaemon(true);
              thread.setContextClassLoader(TimerThread.class.getClassLoader());
              return thread;
            });
    pool.setRemoveOnCancelPolicy(true);
    pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // Now, not by the first timer: a thread keeps what is on the stack of its maker in its access
    // control context, and that could be a job's classes.
    pool.prestartCoreThread();
    this.executor = pool;
  }

  @Override
  public void schedule(long time, Runnable callback) {
    var unused =
        executor.schedule(callback, Math.max(0, time - clock.getAsLong()), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    if (own) {
      executor.shutdownNow();
    }
  }
}

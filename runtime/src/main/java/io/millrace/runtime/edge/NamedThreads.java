package io.millrace.runtime.edge;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the engine's threads: daemons called {@code millrace-<role>}. */
public final class NamedThreads {
  private NamedThreads() {}

  /** Threads {@code millrace-<role>-<n>} that start with the given context class loader. */
  public static ThreadFactory factory(String role, ClassLoader contextLoader) {
    AtomicInteger next = new AtomicInteger();
    return runnable -> thread(runnable, name(role) + "-" + next.getAndIncrement(), contextLoader);
  }

  /** Nothing is inherited: the creating thread may be running a job's code. */
  private static Thread thread(Runnable task, String name, ClassLoader contextLoader) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(contextLoader);
    return thread;
  }

  public static ThreadFactory factory(String role) {
    return factory(role, NamedThreads.class.getClassLoader());
  }

  /** One thread that also runs what is due; tasks not yet due are dropped by a shutdown. */
  public static ScheduledExecutorService single(String role) {
    return single(role, NamedThreads.class.getClassLoader());
  }

  /** The same, with this context class loader from the first instruction on (invariant CL2). */
  public static ScheduledExecutorService single(String role, ClassLoader contextLoader) {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, runnable -> thread(runnable, name(role), contextLoader));
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    return executor;
  }

  /** At most {@code size} threads, gone after ten idle seconds; the queue is unbounded. */
  public static ExecutorService pool(String role, int size) {
    return pool(role, size, Duration.ofSeconds(10));
  }

  /**
   * At most {@code size} threads that end as soon as nothing waits, for work that runs user code:
   * what that leaves in thread locals must not outlive the job. The queue is unbounded.
   */
  public static ExecutorService userCodePool(String role, int size) {
    return pool(role, size, Duration.ofNanos(1));
  }

  private static ExecutorService pool(String role, int size, Duration idle) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            size,
            size,
            idle.toNanos(),
            TimeUnit.NANOSECONDS,
            new LinkedBlockingQueue<>(),
            factory(role));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  private static String name(String role) {
    return "millrace-" + role;
  }
}

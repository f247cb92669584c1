package io.millrace.jobmanager.enumerator;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The threads that call a job's enumerators, each call watched and under the job's context class
 * loader. Safe for use by any thread.
 */
final class EnumeratorCalls {
  private final ScheduledExecutorService thread;
  private final ExecutorService io;
  private final CallWatch watch;
  private final EnumeratorSettings settings;
  private final BiConsumer<Enumerator, Throwable> failures;
  private volatile boolean abandoned;

  EnumeratorCalls(
      ScheduledExecutorService thread,
      ExecutorService io,
      CallWatch watch,
      EnumeratorSettings settings,
      BiConsumer<Enumerator, Throwable> failures) {
    this.thread = thread;
    this.io = io;
    this.watch = watch;
    this.settings = settings;
    this.failures = failures;
  }

  /** User code, which may throw anything. */
  @FunctionalInterface
  interface UserCall {
    void run() throws Exception;
  }

  /** Runs the call on the enumerators' thread, after those before it. */
  void call(Enumerator enumerator, String name, UserCall call) {
    thread.execute(() -> run(enumerator, name, settings.callDeadline(), call));
  }

  void callLater(Enumerator enumerator, Duration delay, UserCall call) {
    try {
      thread.schedule(
          () -> run(enumerator, "scheduling a call", settings.callDeadline(), call),
          delay.toNanos(),
          TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      enumerator.end(); // the threads are shut down: there is no enumerator any more
    }
  }

  /** Runs a blocking call on an I/O thread. */
  void callBlocking(Enumerator enumerator, UserCall call) {
    try {
      io.execute(() -> run(enumerator, "a callAsync", settings.asyncDeadline(), call));
    } catch (RejectedExecutionException e) {
      enumerator.end();
    }
  }

  private void run(Enumerator enumerator, String name, Duration deadline, UserCall call) {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    try (CallWatch.Call watched = watch.enter(enumerator, name, deadline)) {
      current.setContextClassLoader(enumerator.loader().orElse(before)); // CL2
      call.run();
    } catch (Throwable e) {
      failures.accept(enumerator, e);
    } finally {
      current.setContextClassLoader(before);
    }
  }

  void fail(Enumerator enumerator, Throwable cause) {
    failures.accept(enumerator, cause);
  }

  boolean isAbandoned() {
    return abandoned;
  }

  /** A call does not return: nothing more is run here, and the threads are told to stop. */
  void abandon() {
    abandoned = true;
    thread.shutdownNow();
    io.shutdownNow();
  }

  /** Ends the threads when they have done what they were given, then runs the given. */
  void shutdown(Runnable afterwards) {
    try {
      thread.execute(
          () -> {
            thread.shutdown();
            io.shutdown();
            afterwards.run();
          });
    } catch (RejectedExecutionException e) {
      afterwards.run(); // abandoned before
    }
  }
}

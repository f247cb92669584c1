package io.millrace.taskmanager;

import io.millrace.taskmanager.TaskManager.FatalError;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns a TaskManager. {@link #run} may be called from any thread, the rest from
 * this one.
 */
final class ControlThread {
  private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);

  private final ScheduledExecutorService executor;
  private final Consumer<FatalError> fatal;
  private boolean ended;

  ControlThread(ScheduledExecutorService executor, Consumer<FatalError> fatal) {
    this.executor = executor;
    this.fatal = fatal;
  }

  void run(Runnable task) {
    try {
      executor.execute(guarded(task));
    } catch (RejectedExecutionException e) {
      LOG.debug("The TaskManager has ended; a message comes too late");
    }
  }

  ScheduledFuture<?> after(Duration delay, Runnable task) {
    return executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  ScheduledFuture<?> every(Duration interval, Runnable task) {
    long nanos = interval.toNanos();
    return executor.scheduleAtFixedRate(guarded(task), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** Whether the TaskManager was closed, or must end: no connection is made any more. */
  boolean hasEnded() {
    return ended;
  }

  void end() {
    ended = true;
  }

  /** The process is of no use any more. */
  void die(String reason, Optional<Throwable> cause) {
    ended = true;
    fatal.accept(new FatalError(reason, cause));
  }

  /** A mistake in the TaskManager itself must not go unnoticed: nothing can be relied on then. */
  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        die("An internal error: " + e, Optional.of(e));
      }
    };
  }
}

package io.millrace.connectors.kafka;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for those client calls that block, so that the subtask's thread never does. There are as
 * many as calls under way, usually none or one: a call that waits for a broker doesn't hold up
 * another, and threads without work end. Thread-safe.
 */
final class BlockingCalls implements AutoCloseable {
  private static final Duration IDLE_THREAD = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final ThreadPoolExecutor executor;

  /**
   * @param role names the threads: {@code millrace-kafka-<role>-<n>}
   * @param loader the job's class loader: what Kafka loads by name, it loads there
   */
  BlockingCalls(String role, ClassLoader loader) {
    AtomicInteger count = new AtomicInteger();
    executor =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_THREAD.toSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread =
                  new Thread(task, "millrace-kafka-" + role + "-" + count.incrementAndGet());
              thread.setDaemon(true);
              thread.setContextClassLoader(loader);
              return thread;
            });
  }

  /** Runs a call; a call that comes after the close fails. */
  <T> CompletableFuture<T> run(Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      executor.execute(
          () -> {
            try {
              result.complete(call.call());
            } catch (Throwable t) {
              result.completeExceptionally(t);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(new IllegalStateException("Closed", e));
    }
    return result;
  }

  boolean isClosed() {
    return executor.isShutdown();
  }

  /**
   * Interrupts what still runs and waits for it, a bounded time; an interrupt of the caller is kept
   * for later, because leaving threads behind would hold the job's class loader (K10).
   */
  @Override
  public void close() {
    executor.shutdownNow();
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
    while (!executor.isTerminated() && System.nanoTime() < deadline) {
      try {
        executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

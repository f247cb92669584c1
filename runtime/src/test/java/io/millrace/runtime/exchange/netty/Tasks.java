package io.millrace.runtime.exchange.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads for the tasks of a test; {@link #join} throws what they threw. */
final class Tasks implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> running = new ArrayList<>();

  void start(Callable<?> task) {
    running.add(threads.submit(task));
  }

  void join() throws Exception {
    for (Future<?> task : running) {
      try {
        task.get(60, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause());
      }
    }
    running.clear();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

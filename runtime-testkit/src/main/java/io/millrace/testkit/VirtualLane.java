package io.millrace.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * An executor that can be shut down by itself while it shares the virtual time of a {@link
 * VirtualScheduler}. One thread only.
 */
public final class VirtualLane extends AbstractExecutorService implements ScheduledExecutorService {
  private final VirtualScheduler time;
  private boolean shutdown;

  public VirtualLane(VirtualScheduler time) {
    this.time = time;
  }

  private Runnable whileOpen(Runnable command) {
    if (shutdown) {
      throw new RejectedExecutionException("shut down");
    }
    return () -> {
      if (!shutdown) {
        command.run();
      }
    };
  }

  @Override
  public void execute(Runnable command) {
    time.execute(whileOpen(command));
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return time.schedule(whileOpen(command), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    if (shutdown) {
      throw new RejectedExecutionException("shut down");
    }
    return time.schedule(callable, delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return time.scheduleAtFixedRate(whileOpen(command), initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return time.scheduleWithFixedDelay(whileOpen(command), initialDelay, delay, unit);
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return new ArrayList<>();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shutdown;
  }
}

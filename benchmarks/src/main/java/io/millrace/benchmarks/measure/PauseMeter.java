package io.millrace.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the machine's own pauses: a thread that sleeps for a millisecond at a time and notes how
 * much later it wakes up. What it sees no engine can do better than. To wake up so often costs a
 * hundredth of a core or two, more than a job does that has little to do: it knows how much.
 */
final class PauseMeter implements AutoCloseable {
  private static final long SLEEP = TimeUnit.MILLISECONDS.toNanos(1);

  private final Thread thread;
  private long[] late = new long[1 << 14];
  private int count;
  private long cpuNanos;
  private volatile boolean closed;

  private PauseMeter() {
    thread = new Thread(this::run, "millrace-bench-pauses");
    thread.setDaemon(true);
  }

  static PauseMeter start() {
    PauseMeter meter = new PauseMeter();
    meter.thread.start();
    return meter;
  }

  private void run() {
    while (!closed) {
      long before = System.nanoTime();
      LockSupport.parkNanos(SLEEP);
      if (count == late.length) {
        late = Arrays.copyOf(late, 2 * count);
      }
      late[count++] = Math.max(0, System.nanoTime() - before - SLEEP);
    }
    cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /**
   * What was seen.
   *
   * @param cpuNanos what it cost to see it
   */
  record Seen(Latencies pauses, long cpuNanos) {}

  /** Ends the measurement. */
  Seen stop() throws InterruptedException {
    close();
    thread.join(); // what it wrote is seen from here on
    return new Seen(new Latencies(Arrays.copyOf(late, count)), cpuNanos);
  }

  @Override
  public void close() {
    closed = true;
  }
}

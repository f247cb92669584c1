package io.millrace.api.datastream.source;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls back at the times of a fixed rhythm, until it is closed. When late it goes on with the next
 * time that is still to come: who is called looks at the clock itself.
 */
final class Metronome implements AutoCloseable {
  /** Closer beats than this can't be kept anyway. */
  private static final double LEAST_PERIOD = TimeUnit.MICROSECONDS.toNanos(20);

  private final long first;
  private final double period;
  private final Runnable beat;
  private final Thread thread;
  private volatile boolean closed;

  private Metronome(long first, double period, Runnable beat) {
    this.first = first;
    this.period = Math.max(LEAST_PERIOD, period);
    this.beat = beat;
    this.thread = new Thread(this::run, "millrace-metronome");
  }

  /**
   * @param first time of the first beat, of {@link System#nanoTime}
   * @param periodNanos from one beat to the next
   * @param beat called by the metronome's own thread; must not block
   */
  static Metronome start(long first, double periodNanos, Runnable beat) {
    Metronome metronome = new Metronome(first, periodNanos, beat);
    metronome.thread.setDaemon(true);
    metronome.thread.start();
    return metronome;
  }

  private void run() {
    long beats = 0;
    while (!closed) {
      long wait = first + (long) (beats * period) - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait); // the end is told by a wake-up
        continue;
      }
      beat.run();
      beats += 1 + (long) (-wait / period);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}

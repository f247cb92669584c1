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
  private volatile boolean closed;

  private Metronome(long first, double period, Runnable beat) {
    this.first = first;
    this.period = Math.max(LEAST_PERIOD, period);
    this.beat = beat;
  }

  /**
   * @param first time of the first beat, of {@link System#nanoTime}
   * @param periodNanos from one beat to the next
   * @param beat called by the metronome's own thread; must not block
   */
  static Metronome start(long first, double periodNanos, Runnable beat) {
    Metronome metronome = new Metronome(first, periodNanos, beat);
    Thread thread = new Thread(metronome::run, "millrace-metronome");
    thread.setDaemon(true);
    thread.start();
    return metronome;
  }

  private void run() {
    long beats = 0;
    while (!closed) {
      long wait = first + (long) (beats * period) - System.nanoTime();
      if (wait > 0) {
        // Short enough to notice the end soon.
        LockSupport.parkNanos(Math.min(wait, TimeUnit.MILLISECONDS.toNanos(100)));
        continue;
      }
      beat.run();
      beats += 1 + (long) (-wait / period);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}

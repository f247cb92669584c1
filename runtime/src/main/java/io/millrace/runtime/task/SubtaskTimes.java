package io.millrace.runtime.task;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How a subtask spends its time: two clock readings a step. Subtask's thread only. */
final class SubtaskTimes {
  static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final LongSupplier nanoClock;
  private long busy;
  private long backpressured;
  private long idle;
  private long since;
  private boolean waitsForRoom;
  private boolean waitsForTurn;
  private long longestStep;
  private long windowStart;
  private long longestInWindow;
  private long longestInWindowBefore;

  SubtaskTimes(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.since = nanoClock.getAsLong();
    this.windowStart = since;
  }

  void begin() {
    long now = nanoClock.getAsLong();
    if (waitsForRoom) {
      backpressured += now - since;
    } else if (waitsForTurn) {
      busy += now - since; // there was work, but another subtask had the worker
    } else {
      idle += now - since;
    }
    since = now;
  }

  void end(boolean again, boolean noRoom) {
    long now = nanoClock.getAsLong();
    long step = now - since;
    busy += step;
    since = now;
    waitsForRoom = noRoom;
    waitsForTurn = again;
    note(step, now);
  }

  private void note(long step, long now) {
    if (now - windowStart >= WINDOW_NANOS) {
      longestInWindowBefore = now - windowStart < 2 * WINDOW_NANOS ? longestInWindow : 0;
      longestInWindow = 0;
      windowStart = now;
    }
    longestInWindow = Math.max(longestInWindow, step);
    longestStep = Math.max(longestStep, step);
  }

  /** Nanoseconds of the present step. */
  long sinceBegin() {
    return nanoClock.getAsLong() - since;
  }

  long busy() {
    return busy;
  }

  long backpressured() {
    return backpressured;
  }

  long idle() {
    return idle;
  }

  /** Nanoseconds of the longest step of all. */
  long longestStep() {
    return longestStep;
  }

  /**
   * Nanoseconds of the longest step of the present window of thirty seconds and the one before, as
   * of the last step: where none is made, time stands still.
   */
  long longestRecentStep() {
    return Math.max(longestInWindow, longestInWindowBefore);
  }
}

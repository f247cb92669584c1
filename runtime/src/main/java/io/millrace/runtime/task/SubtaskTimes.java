package io.millrace.runtime.task;

import java.util.function.LongSupplier;

/** How a subtask spends its time: two clock readings a step. Subtask's thread only. */
final class SubtaskTimes {
  private final LongSupplier nanoClock;
  private long busy;
  private long backpressured;
  private long idle;
  private long since;
  private boolean waitsForRoom;
  private boolean waitsForTurn;

  SubtaskTimes(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.since = nanoClock.getAsLong();
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
    busy += now - since;
    since = now;
    waitsForRoom = noRoom;
    waitsForTurn = again;
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
}

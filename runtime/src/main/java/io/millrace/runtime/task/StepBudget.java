package io.millrace.runtime.task;

import java.util.function.BooleanSupplier;

/**
 * How long a step may last. A burst of fired timers or windows asks between any two, and leaves the
 * worker to others when the time is spent. Subtask's thread only.
 */
final class StepBudget {
  private static final long STEP_NANOS = 2_000_000;

  /** With what is done for a cut after all else: records don't keep it from getting on. */
  private static final long STEP_WITH_CUT_NANOS = 3_000_000;

  /** Should the clock stand still. */
  private static final int SHARES_A_STEP = 8;

  /** The clock is read once in so many questions. */
  private static final int QUESTIONS_A_LOOK = 32;

  private final SubtaskTimes times;
  private int questions;

  StepBudget(SubtaskTimes times) {
    this.times = times;
  }

  /** Looks at the clock. */
  boolean isSpent() {
    return times.sinceBegin() > STEP_NANOS;
  }

  /** The same for whoever asks after each small piece of work; may be late by as many as that. */
  boolean lastsForMore() {
    if (++questions < QUESTIONS_A_LOOK) {
      return true;
    }
    questions = 0;
    return !isSpent();
  }

  /**
   * Goes on with a cut in what is left of the step, by one share at least.
   *
   * @param share does one, of a millisecond at most; whether there are more
   * @param others whether others wait for the end of the step
   * @return whether there are more shares
   */
  boolean goOnWithCut(BooleanSupplier share, BooleanSupplier others) {
    for (int done = 1; share.getAsBoolean(); done++) {
      if (done == SHARES_A_STEP
          || others.getAsBoolean()
          || times.sinceBegin() > STEP_WITH_CUT_NANOS) {
        return true;
      }
    }
    return false;
  }
}

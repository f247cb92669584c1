package io.millrace.runtime.task;

/**
 * How long a step may last. A burst of fired timers or windows asks between any two, and leaves the
 * worker to others when the time is spent. Subtask's thread only.
 */
final class StepBudget {
  private static final long STEP_NANOS = 2_000_000;

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
}

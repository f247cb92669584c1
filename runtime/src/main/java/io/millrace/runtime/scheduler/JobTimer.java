package io.millrace.runtime.scheduler;

/**
 * Names a timer of a job. Starting a timer of the same kind and id again replaces it.
 *
 * @param id the execution or checkpoint it belongs to, so that a late firing is recognised
 */
public record JobTimer(Kind kind, long id) {
  /** What a timer is for. */
  public enum Kind {
    /** The back-off before a restart is over. */
    RESTART,
    /** Waited long enough for more slots: run with those that are there. */
    SLOT_PATIENCE,
    CHECKPOINT_DUE,
    CHECKPOINT_TIMEOUT,
    /** The final checkpoint has failed and is tried again. */
    FINAL_CHECKPOINT,
    /** A pointer write whose outcome is unknown is tried again (invariant CC3). */
    POINTER_RETRY
  }
}

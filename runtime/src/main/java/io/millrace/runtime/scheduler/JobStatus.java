package io.millrace.runtime.scheduler;

/** Life of a job. */
public enum JobStatus {
  CREATED,
  /** No slot is there; deploys as soon as one is. */
  WAITING_FOR_SLOTS,
  DEPLOYING,
  RUNNING,
  /** A failure is being handled: subtasks are cancelled, or the back-off runs. */
  RESTARTING,
  CANCELLING,
  FINISHED,
  CANCELED,
  FAILED;

  public boolean isTerminal() {
    return this == FINISHED || this == CANCELED || this == FAILED;
  }
}

package io.millrace.runtime.faults;

import java.util.Locale;

/**
 * Moments at which a protocol step has been half done: where a process is worth killing. Process
 * tests kill there through {@link FailPoints}.
 */
public enum FailPoint {
  /** A subtask with transactions has prepared and written its state, and has not said so. */
  AFTER_PREPARE_BEFORE_ACK,
  /** The JobManager has all acknowledgements, and nothing of it is durable. */
  AFTER_ACKS_BEFORE_METADATA,
  /** The checkpoint is the one to recover from, and no subtask has been told. */
  AFTER_POINTER_BEFORE_NOTIFY,
  /** A subtask was told to commit and has not begun. */
  BEFORE_COMMIT,
  /** One subtask's transactions are committed, but not recorded as such; others' may not be. */
  MID_COMMIT,
  /** The state of one operator is restored, that of others is not. */
  MID_RESTORE;

  /** As in file names: {@code mid-commit}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

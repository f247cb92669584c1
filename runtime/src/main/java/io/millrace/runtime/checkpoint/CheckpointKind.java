package io.millrace.runtime.checkpoint;

/** Why a checkpoint is taken, which decides what follows its completion. */
public enum CheckpointKind {
  /** At the interval. */
  PERIODIC(false, true),
  /** All input has ended: commits the tail, then the job finishes (invariant CC13). */
  FINAL(false, true),
  /** For the user; not registered for recovery, nothing is committed (invariant CC12). */
  SAVEPOINT(true, false),
  /** For the user, who stops the job: registered and committed, then the job finishes. */
  STOP_SAVEPOINT(true, true);

  private final boolean savepoint;
  private final boolean registered;

  CheckpointKind(boolean savepoint, boolean registered) {
    this.savepoint = savepoint;
    this.registered = registered;
  }

  /** Belongs to the user and has a directory of its own. */
  public boolean isSavepoint() {
    return savepoint;
  }

  /** Whether the job finishes when it is complete. */
  public boolean isLast() {
    return this == FINAL || this == STOP_SAVEPOINT;
  }

  /** Whether the pointer names it, so that its results may be committed. */
  public boolean isRegistered() {
    return registered;
  }
}

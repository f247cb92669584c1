package io.millrace.runtime.task;

/**
 * Whether a subtask may take another record: no output channel and no sink is without room.
 * Subtask's thread only.
 */
public final class OutputRoom {
  private boolean open = true;

  public boolean isOpen() {
    return open;
  }

  /** Some output can't take another record. */
  public void lose() {
    open = false;
  }

  /** All outputs were asked and have room. */
  void regain() {
    open = true;
  }
}

package io.millrace.runtime.task;

/**
 * Whether a subtask may take another record: no output channel and no sink is without room, and
 * nothing has asked to look at the time first. Subtask's thread only.
 */
public final class OutputRoom {
  private boolean open = true;
  private boolean lost;

  public boolean isOpen() {
    return open;
  }

  /** Some output can't take another record. */
  public void lose() {
    open = false;
    lost = true;
  }

  /**
   * Something took longer than a record: between this one and the next, see whether the step has
   * lasted long enough.
   */
  void pause() {
    open = false;
  }

  /** Whether it is room that is missing, rather than a pause that is wanted. */
  boolean isLost() {
    return lost;
  }

  /** All outputs were asked and have room. */
  void regain() {
    open = true;
    lost = false;
  }
}

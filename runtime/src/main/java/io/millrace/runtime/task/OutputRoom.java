package io.millrace.runtime.task;

/**
 * Whether a subtask may take another record: no output channel and no sink is without room, and
 * nothing has asked to look at the time or the mail first. Subtask's thread only, but for {@link
 * #interrupt}.
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

  /**
   * From any thread: stops between two records, as {@link #pause}. A race on purpose: a step that
   * does not see it ends with its batch, and fields that are volatile are dear where they are read
   * for each record. A loop that lasts so long that it matters calls what makes it see.
   */
  void interrupt() {
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

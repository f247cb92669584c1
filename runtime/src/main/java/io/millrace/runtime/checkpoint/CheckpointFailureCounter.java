package io.millrace.runtime.checkpoint;

/**
 * The one place where failed checkpoints are counted (invariant CC8). Savepoints and checkpoints
 * given up because the job failed don't count. Owned by the job's thread.
 */
public final class CheckpointFailureCounter {
  private final int tolerable;
  private int inARow;

  /**
   * @param tolerable how many may fail in a row
   */
  public CheckpointFailureCounter(int tolerable) {
    this.tolerable = tolerable;
  }

  public void onSuccess() {
    inARow = 0;
  }

  /** True if the job has to be restarted; counting starts anew then. */
  public boolean onFailure() {
    inARow++;
    if (inARow <= tolerable) {
      return false;
    }
    inARow = 0;
    return true;
  }
}

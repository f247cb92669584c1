package io.millrace.runtime.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * The completed checkpoints that a job keeps, by ascending id: as many as are asked for, the oldest
 * go first. Owned by the job's thread.
 */
final class Retention {
  private final int most;
  private final List<RetainedCheckpoint> kept = new ArrayList<>();

  /**
   * @param most to be kept; one is kept in any case
   */
  Retention(int most) {
    this.most = Math.max(1, most);
  }

  void recover(List<RetainedCheckpoint> checkpoints) {
    kept.addAll(checkpoints);
  }

  List<RetainedCheckpoint> kept() {
    return List.copyOf(kept);
  }

  /** What is to be kept when this one is complete. */
  List<RetainedCheckpoint> with(RetainedCheckpoint completed) {
    List<RetainedCheckpoint> next = new ArrayList<>(kept);
    while (next.size() >= most) {
      next.remove(0);
    }
    next.add(completed);
    return next;
  }

  /**
   * A checkpoint is complete.
   *
   * @return those that need not be kept any more; savepoints stay for ever
   */
  List<RetainedCheckpoint> add(RetainedCheckpoint completed) {
    List<RetainedCheckpoint> next = with(completed);
    List<RetainedCheckpoint> subsumed = new ArrayList<>(kept);
    subsumed.removeAll(next);
    subsumed.removeIf(RetainedCheckpoint::savepoint);
    kept.clear();
    kept.addAll(next);
    return subsumed;
  }
}

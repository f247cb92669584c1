package io.millrace.runtime.task;

import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.state.SharedFilesByOperator;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which shared files a subtask has in its last checkpoints: those that it was restored from or has
 * written, complete or not. Which one is complete, and stays, is what a barrier says (invariant
 * CC10). Subtask's thread only.
 */
public final class CheckpointFiles {
  private final TreeMap<CheckpointId, SharedFilesByOperator> byCheckpoint =
      new TreeMap<>((a, b) -> Long.compare(a.value(), b.value()));

  public void put(CheckpointId checkpoint, SharedFilesByOperator files) {
    byCheckpoint.put(checkpoint, files);
  }

  /** Files to share of a complete checkpoint; older ones will not be asked for any more. */
  public SharedFilesByOperator base(Optional<CheckpointId> complete) {
    if (complete.isEmpty()) {
      return SharedFilesByOperator.EMPTY;
    }
    byCheckpoint.headMap(complete.get()).clear();
    return byCheckpoint.getOrDefault(complete.get(), SharedFilesByOperator.EMPTY);
  }
}

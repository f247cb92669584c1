package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.AttemptId;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who takes part in the checkpoints of one execution.
 *
 * @param attempts all that acknowledge
 * @param enumerators vertices whose split enumerators are snapshotted first (invariant S2)
 */
public record CheckpointParticipants(
    SortedSet<AttemptId> attempts, SortedSet<Integer> enumerators) {
  public CheckpointParticipants {
    attempts = Collections.unmodifiableSortedSet(new TreeSet<>(attempts));
    enumerators = Collections.unmodifiableSortedSet(new TreeSet<>(enumerators));
  }
}

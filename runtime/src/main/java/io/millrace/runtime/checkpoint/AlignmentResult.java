package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;
import java.util.List;
import java.util.Optional;

/**
 * What a subtask does after an event at its {@link BarrierAligner}, in the order of the fields.
 *
 * @param block channels that deliver nothing more until they are resumed
 * @param abandoned an alignment that will never complete: nothing is snapshotted for it
 * @param completed snapshot this checkpoint and forward its barrier, then resume
 * @param overtaken channels whose barriers have not come when it is snapshotted: what is in front
 *     of them is part of it; none if it is aligned
 * @param resume channels that deliver again
 */
public record AlignmentResult(
    List<Integer> block,
    Optional<CheckpointId> abandoned,
    Optional<CheckpointId> completed,
    List<Integer> overtaken,
    List<Integer> resume) {
  /** Nothing to do; the barrier, if there was one, is dropped. */
  public static final AlignmentResult NOTHING =
      new AlignmentResult(List.of(), Optional.empty(), Optional.empty(), List.of(), List.of());

  public AlignmentResult {
    block = List.copyOf(block);
    overtaken = List.copyOf(overtaken);
    resume = List.copyOf(resume);
  }
}

package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * All there is to know of a completed checkpoint or savepoint: what its one metadata file holds.
 *
 * @param directory relative to the store
 * @param timestampMillis when it was triggered, since the epoch
 * @param graphFingerprint of the graph it was taken of, see {@link GraphFingerprint}
 * @param operators by ascending uid
 */
public record CheckpointMetadata(
    JobId job,
    CheckpointId id,
    boolean savepoint,
    String directory,
    long timestampMillis,
    long graphFingerprint,
    List<OperatorState> operators) {
  public CheckpointMetadata {
    operators = List.copyOf(operators);
  }

  /**
   * State of one operator.
   *
   * @param uidExplicit false if the uid was derived from the graph
   * @param maxParallelism number of key groups
   * @param subtasks handles of each subtask of the operator, by index
   * @param enumerator of a source
   */
  public record OperatorState(
      String uid,
      boolean uidExplicit,
      String name,
      int maxParallelism,
      List<StateHandles> subtasks,
      Optional<EnumeratorState> enumerator) {
    public OperatorState {
      subtasks = List.copyOf(subtasks);
    }

    OperatorState withPaths(UnaryOperator<String> paths) {
      return new OperatorState(
          uid,
          uidExplicit,
          name,
          maxParallelism,
          subtasks.stream().map(handles -> handles.withPaths(paths)).toList(),
          enumerator);
    }

    public int parallelism() {
      return subtasks.size();
    }

    /** Whether restoring needs an operator to take it. */
    public boolean hasState() {
      return enumerator.isPresent()
          || subtasks.stream().anyMatch(handles -> !handles.equals(StateHandles.EMPTY));
    }
  }

  /**
   * Snapshot of a split enumerator.
   *
   * @param withoutMoreSplits subtasks that had been told that no splits will come (invariant S4)
   */
  public record EnumeratorState(Blob state, Set<Integer> withoutMoreSplits) {
    public EnumeratorState {
      withoutMoreSplits = Collections.unmodifiableSortedSet(new TreeSet<>(withoutMoreSplits));
    }
  }

  public long sizeInBytes() {
    long size = 0;
    for (OperatorState operator : operators) {
      for (StateHandles handles : operator.subtasks()) {
        size += handles.sizeInBytes();
      }
      size += operator.enumerator().map(state -> (long) state.state().bytes().length).orElse(0L);
    }
    return size;
  }

  /**
   * The same, found in another directory than it was written to: its files are there too. A copy
   * must never fall back on the original's files, which may be gone or another version.
   */
  public CheckpointMetadata movedTo(String found) {
    if (found.equals(directory)) {
      return this;
    }
    String prefix = directory + "/";
    List<OperatorState> moved =
        operators.stream()
            .map(
                operator ->
                    operator.withPaths(
                        path ->
                            path.startsWith(prefix)
                                ? found + "/" + path.substring(prefix.length())
                                : path))
            .toList();
    return new CheckpointMetadata(
        job, id, savepoint, found, timestampMillis, graphFingerprint, moved);
  }

  public RetainedCheckpoint retained() {
    return new RetainedCheckpoint(id, directory, savepoint);
  }
}

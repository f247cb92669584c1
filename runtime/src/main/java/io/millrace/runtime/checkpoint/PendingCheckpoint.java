package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.state.StateHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The one checkpoint under way, and how far it is. Owned by its coordinator. */
final class PendingCheckpoint {
  /** The steps in their order (invariant CC2). */
  enum Step {
    STORING_COUNTER,
    SNAPSHOTTING_ENUMERATORS,
    /** Readers have not received all they were sent (invariant S3). */
    WAITING_FOR_READERS,
    /** Barriers are injected; subtasks acknowledge. */
    TRIGGERED,
    WRITING_METADATA,
    WRITING_POINTER
  }

  final CheckpointId id;
  final CheckpointRequest request;
  final String directory;
  final long startedMillis;
  final TreeSet<AttemptId> unacknowledged;
  final TreeSet<Integer> missingEnumerators;
  final TreeMap<AttemptId, Map<String, StateHandles>> acknowledged = new TreeMap<>();
  final TreeMap<AttemptId, CheckpointTimings> timings = new TreeMap<>();
  final TreeMap<Integer, EnumeratorState> enumerators = new TreeMap<>();
  Step step = Step.STORING_COUNTER;
  Optional<CheckpointMetadata> metadata = Optional.empty();

  /** A pointer write had an unknown outcome. */
  boolean pointerMayNameIt;

  PendingCheckpoint(
      CheckpointId id,
      CheckpointRequest request,
      String directory,
      long startedMillis,
      CheckpointParticipants participants) {
    this.id = id;
    this.request = request;
    this.directory = directory;
    this.startedMillis = startedMillis;
    this.unacknowledged = new TreeSet<>(participants.attempts());
    this.missingEnumerators = new TreeSet<>(participants.enumerators());
  }

  CheckpointKind kind() {
    return request.kind();
  }

  RetainedCheckpoint location() {
    return new RetainedCheckpoint(id, directory, kind().isSavepoint());
  }

  /** Whether subtasks may have heard of it. */
  boolean isKnownToSubtasks() {
    return step.compareTo(Step.TRIGGERED) >= 0;
  }

  /** What it waits for, for the message of a timeout. */
  String waitingFor() {
    return switch (step) {
      case STORING_COUNTER -> "the checkpoint counter to be stored";
      case SNAPSHOTTING_ENUMERATORS ->
          "the snapshots of the split enumerators of vertices " + missingEnumerators;
      case WAITING_FOR_READERS -> "source readers to confirm the splits they were sent";
      case TRIGGERED -> {
        List<AttemptId> some = new ArrayList<>(unacknowledged);
        yield some.size() <= 4
            ? "the acknowledgements of " + some
            : "the acknowledgements of "
                + some.subList(0, 4)
                + " and "
                + (some.size() - 4)
                + " more subtasks";
      }
      case WRITING_METADATA -> "its metadata file to be written";
      case WRITING_POINTER -> "the pointer to it to be written";
    };
  }
}

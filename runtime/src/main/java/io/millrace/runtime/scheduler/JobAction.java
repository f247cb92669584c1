package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles.Blob;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a job wants done, in the order given. Actions on storage are carried out one after another;
 * so are those for one TaskManager and for one enumerator. Outcomes come back as {@link JobEvent}s.
 */
public sealed interface JobAction {
  /**
   * To a TaskManager; dropped if it is not connected, and then a {@code Register} of it or {@link
   * JobEvent.TaskManagerLost} must follow: else the job would wait for ever.
   */
  record Send(TaskManagerId taskManager, ToTaskManager message) implements JobAction {}

  record StartTimer(JobTimer timer, Duration delay) implements JobAction {}

  /** It may have fired already. */
  record CancelTimer(JobTimer timer) implements JobAction {}

  /** The slots the job occupies from now on; empty when it gives up all. */
  record UseSlots(List<SlotOffer> slots) implements JobAction {
    public UseSlots {
      slots = List.copyOf(slots);
    }
  }

  /** Answered by CountersStored or CountersFailed. */
  record StoreCounters(JobCounters counters) implements JobAction {}

  /** Answered by MetadataWritten or MetadataFailed. */
  record WriteMetadata(CheckpointMetadata metadata) implements JobAction {}

  /**
   * Replaces the list of checkpoints to recover from, atomically; answered by PointerWritten,
   * PointerFailed or PointerUnknown.
   *
   * @param retained by ascending id, the new one last
   */
  record WritePointer(CheckpointId checkpoint, List<RetainedCheckpoint> retained)
      implements JobAction {
    public WritePointer {
      retained = List.copyOf(retained);
    }
  }

  /** Deletes a subsumed or aborted checkpoint's directory; retried by the store, not answered. */
  record DeleteCheckpoint(RetainedCheckpoint checkpoint) implements JobAction {}

  /** Deletes files that came with a late or foreign acknowledgement (invariant CC4). */
  record DiscardState(List<String> paths) implements JobAction {
    public DiscardState {
      paths = List.copyOf(paths);
    }
  }

  /**
   * Deletes files that checkpoints share, were made for one up to {@code upTo}, and are in none of
   * these (invariant CC9).
   */
  record CollectShared(List<RetainedCheckpoint> retained, CheckpointId upTo) implements JobAction {
    public CollectShared {
      retained = List.copyOf(retained);
    }
  }

  /** The job has ended: deletes all its files but these checkpoints (invariant CC11). */
  record SweepFiles(List<RetainedCheckpoint> keep) implements JobAction {
    public SweepFiles {
      keep = List.copyOf(keep);
    }
  }

  /** Makes the enumerator of an execution, from its snapshot if there is one, and starts it. */
  record RestoreEnumerator(int vertex, int execution, Optional<Blob> state, int parallelism)
      implements JobAction {}

  /** The execution is over; events of this enumerator are of no interest any more. */
  record CloseEnumerator(int vertex, int execution) implements JobAction {}

  /** Answered by EnumeratorSnapshot or EnumeratorFailed. */
  record SnapshotEnumerator(int vertex, int execution, CheckpointId checkpoint)
      implements JobAction {}

  /** A reader has opened: it may be assigned splits. */
  record AddReader(int vertex, int execution, int subtask) implements JobAction {}

  record RequestSplit(int vertex, int execution, int subtask) implements JobAction {}

  record NotifyEnumerator(int vertex, int execution, CheckpointId completed) implements JobAction {}

  /**
   * Answers a cancel, savepoint or stop request: exactly once for each.
   *
   * @param location of the savepoint; empty for a cancel and on failure
   * @param failure why it failed, with the remedy
   */
  record CompleteRequest(long requestId, Optional<String> location, Optional<String> failure)
      implements JobAction {}

  /**
   * @param detail for people: why, or what it waits for
   */
  record StatusChanged(JobStatus status, Optional<String> detail) implements JobAction {}
}

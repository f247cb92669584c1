package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.List;
import java.util.Optional;

/**
 * What can happen to a job. Events of one TaskManager and of one enumerator come in their order.
 */
public sealed interface JobEvent {
  /**
   * The first event, on submission as on recovery by a new JobManager.
   *
   * @param counters as stored; {@link JobCounters#INITIAL} on submission
   * @param retained completed checkpoints by ascending id, as the pointer lists them
   * @param restore the newest of them, or the savepoint to start from
   */
  record JobStarted(
      List<SlotOffer> slots,
      JobCounters counters,
      List<RetainedCheckpoint> retained,
      Optional<CheckpointMetadata> restore)
      implements JobEvent {
    public JobStarted {
      slots = List.copyOf(slots);
      retained = List.copyOf(retained);
    }
  }

  /**
   * In place of {@link JobStarted}: what the job was to start from can't be read. The job fails,
   * nothing is deleted (invariant HA4).
   */
  record RecoveryFailed(TaskFailure cause) implements JobEvent {}

  /** All slots the job may use now. */
  record SlotsChanged(List<SlotOffer> slots) implements JobEvent {
    public SlotsChanged {
      slots = List.copyOf(slots);
    }
  }

  /**
   * A TaskManager's message. A {@code Register} says that its connection is a new one; it comes
   * before any slot of that connection is offered, and what was sent since the former connection
   * broke has not arrived.
   */
  record FromTaskManager(TaskManagerId taskManager, ToJobManager message) implements JobEvent {}

  /** The process is dead or fenced off: nothing of it runs or will be heard any more. */
  record TaskManagerLost(TaskManagerId taskManager, String reason) implements JobEvent {}

  record TimerFired(JobTimer timer) implements JobEvent {}

  record CancelRequested(long requestId) implements JobEvent {}

  /**
   * @param directory in which a directory for the savepoint is made; the job's own if empty
   */
  record SavepointRequested(long requestId, Optional<String> directory) implements JobEvent {}

  /**
   * @param drain whether time ends too: windows fire (invariant W4)
   */
  record StopRequested(long requestId, Optional<String> directory, boolean drain)
      implements JobEvent {}

  record CountersStored(JobCounters counters) implements JobEvent {}

  record CountersFailed(JobCounters counters, String cause) implements JobEvent {}

  record MetadataWritten(CheckpointId checkpoint) implements JobEvent {}

  record MetadataFailed(CheckpointId checkpoint, String cause) implements JobEvent {}

  record PointerWritten(CheckpointId checkpoint) implements JobEvent {}

  /** The pointer certainly is what it was. */
  record PointerFailed(CheckpointId checkpoint, String cause) implements JobEvent {}

  /** The pointer may be the old or the new one (invariant CC3). */
  record PointerUnknown(CheckpointId checkpoint, String cause) implements JobEvent {}

  /**
   * Events of an enumerator carry the execution it was made for: those of a former one are dropped.
   */
  sealed interface FromEnumerator extends JobEvent {
    int vertex();

    int execution();
  }

  record EnumeratorSnapshot(int vertex, int execution, CheckpointId checkpoint, Blob state)
      implements FromEnumerator {}

  /** It threw or hung: fails the job, never the JobManager (invariant S5). */
  record EnumeratorFailed(int vertex, int execution, TaskFailure cause) implements FromEnumerator {}

  record EnumeratorAssigned(int vertex, int execution, int subtask, List<Blob> splits)
      implements FromEnumerator {
    public EnumeratorAssigned {
      splits = List.copyOf(splits);
    }
  }

  record EnumeratorNoMoreSplits(int vertex, int execution, int subtask) implements FromEnumerator {}
}

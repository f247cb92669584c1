package io.millrace.runtime.scheduler;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one source's enumerator has told its readers in one execution: numbered, acknowledged
 * (invariant S3), held back between the enumerator's snapshot and the barrier (invariant S2), and
 * remembered until a checkpoint has it (invariant S1). Owned by the job's thread.
 */
public final class SplitTracker {
  private final List<Reader> readers = new ArrayList<>();
  private final List<ToTaskManager> held = new ArrayList<>();
  private boolean holding;

  /**
   * @param attempts of the readers, by subtask
   * @param withoutMoreSplits subtasks that had been told that no splits will come (invariant S4)
   */
  public SplitTracker(List<AttemptId> attempts, Set<Integer> withoutMoreSplits) {
    for (AttemptId attempt : attempts) {
      readers.add(new Reader(attempt, withoutMoreSplits.contains(attempt.subtask().index())));
    }
  }

  public int parallelism() {
    return readers.size();
  }

  /** What to tell the reader now. */
  public List<ToTaskManager> onReaderOpened(int subtask) {
    Reader reader = readers.get(subtask);
    return reader.noMoreSplits && reader.sent == 0
        ? emit(new ToTaskManager.NoMoreSplits(reader.attempt, ++reader.sent))
        : List.of();
  }

  /** The enumerator assigned splits: what to tell the reader now. */
  public List<ToTaskManager> onAssigned(int subtask, List<Blob> splits) {
    Reader reader = readers.get(subtask);
    reader.current.addAll(splits);
    return emit(new ToTaskManager.AssignSplits(reader.attempt, ++reader.sent, splits));
  }

  /** The enumerator has no more splits for this reader: what to tell it now. */
  public List<ToTaskManager> onNoMoreSplits(int subtask) {
    Reader reader = readers.get(subtask);
    if (reader.noMoreSplits) {
      return List.of();
    }
    reader.noMoreSplits = true;
    return emit(new ToTaskManager.NoMoreSplits(reader.attempt, ++reader.sent));
  }

  /** The reader has taken all messages up to this one. */
  public void onReceived(int subtask, long sequence) {
    Reader reader = readers.get(subtask);
    reader.received = Math.max(reader.received, Math.min(sequence, reader.sent));
  }

  /**
   * The enumerator's snapshot was taken: what it says from now on is not part of it, and waits for
   * {@link #release}.
   *
   * @return the subtasks that have been told that no more splits will come
   */
  public Set<Integer> onSnapshot(CheckpointId checkpoint) {
    holding = true;
    Set<Integer> withoutMoreSplits = new TreeSet<>();
    for (Reader reader : readers) {
      reader.snapshotted.put(checkpoint.value(), reader.current);
      reader.current = new ArrayList<>();
      if (reader.noMoreSplits) {
        withoutMoreSplits.add(reader.attempt.subtask().index());
      }
    }
    return withoutMoreSplits;
  }

  /** The barriers are injected, or never will be: what to tell readers now. */
  public List<ToTaskManager> release() {
    holding = false;
    List<ToTaskManager> released = List.copyOf(held);
    held.clear();
    return released;
  }

  /** Whether every message that was sent (not held back) has been received. */
  public boolean allReceived() {
    return readers.stream().allMatch(reader -> reader.received == reader.sent - heldFor(reader));
  }

  /** The checkpoint holds all that was assigned before its enumerator snapshot. */
  public void onCompleted(CheckpointId checkpoint) {
    for (Reader reader : readers) {
      reader.snapshotted.headMap(checkpoint.value(), true).clear();
    }
  }

  /**
   * Splits the reader was assigned that no completed checkpoint holds: precisely those go back to
   * the enumerator if the reader is restarted alone (invariant S1).
   */
  public List<Blob> assignedSinceCheckpoint(int subtask) {
    List<Blob> splits = new ArrayList<>();
    readers.get(subtask).snapshotted.values().forEach(splits::addAll);
    splits.addAll(readers.get(subtask).current);
    return splits;
  }

  private List<ToTaskManager> emit(ToTaskManager message) {
    if (holding) {
      held.add(message);
      return List.of();
    }
    return List.of(message);
  }

  private long heldFor(Reader reader) {
    return held.stream()
        .filter(
            message ->
                message instanceof ToTaskManager.AssignSplits assign
                    ? assign.attempt().equals(reader.attempt)
                    : message instanceof ToTaskManager.NoMoreSplits none
                        && none.attempt().equals(reader.attempt))
        .count();
  }

  private static final class Reader {
    final AttemptId attempt;
    final TreeMap<Long, List<Blob>> snapshotted = new TreeMap<>();
    List<Blob> current = new ArrayList<>();
    boolean noMoreSplits;
    long sent;
    long received;

    Reader(AttemptId attempt, boolean noMoreSplits) {
      this.attempt = attempt;
      this.noMoreSplits = noMoreSplits;
    }
  }
}

package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointRecord.Status;
import io.millrace.runtime.graph.JobGraph;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Counts a job's checkpoints and remembers the last ones. Owned by the job's thread. */
public final class CheckpointHistory {
  private static final int CAPACITY = 20;

  private final JobGraph graph;
  private final Deque<CheckpointRecord> newestFirst = new ArrayDeque<>();
  private long completed;
  private long failed;

  CheckpointHistory(JobGraph graph) {
    this.graph = graph;
  }

  CheckpointRecord inProgress(PendingCheckpoint checkpoint, long durationMillis) {
    return record(
        checkpoint, Status.IN_PROGRESS, durationMillis, 0, Optional.empty(), Optional.empty());
  }

  void completed(PendingCheckpoint checkpoint, long bytes, long now) {
    completed++;
    add(
        record(
            checkpoint,
            Status.COMPLETED,
            now - checkpoint.startedMillis,
            bytes,
            Optional.of(checkpoint.directory),
            Optional.empty()));
  }

  void failed(PendingCheckpoint checkpoint, String reason, long now) {
    failed++;
    add(
        record(
            checkpoint,
            Status.FAILED,
            now - checkpoint.startedMillis,
            0,
            Optional.empty(),
            Optional.of(reason)));
  }

  /** Since this JobManager took the job. */
  public long completedCount() {
    return completed;
  }

  /** Since this JobManager took the job. */
  public long failedCount() {
    return failed;
  }

  public List<CheckpointRecord> newestFirst() {
    return List.copyOf(newestFirst);
  }

  private void add(CheckpointRecord entry) {
    newestFirst.addFirst(entry);
    if (newestFirst.size() > CAPACITY) {
      newestFirst.removeLast();
    }
  }

  private CheckpointRecord record(
      PendingCheckpoint checkpoint,
      Status status,
      long durationMillis,
      long bytes,
      Optional<String> location,
      Optional<String> failure) {
    return new CheckpointRecord(
        checkpoint.id,
        checkpoint.kind(),
        status,
        checkpoint.startedMillis,
        durationMillis,
        bytes,
        location,
        failure,
        CheckpointShare.of(graph, checkpoint));
  }
}

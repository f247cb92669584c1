package io.millrace.runtime.checkpoint;

/**
 * Where a checkpoint's time went, in nanoseconds.
 *
 * @param alignmentNanos from the first barrier to the last
 * @param syncNanos taking the cut, on the subtask's thread
 * @param asyncNanos from the cut to the acknowledgement: preparing and writing, beside the records
 */
public record CheckpointTimings(long alignmentNanos, long syncNanos, long asyncNanos) {
  public static final CheckpointTimings NONE = new CheckpointTimings(0, 0, 0);

  /** The longer of both, each time by itself. */
  CheckpointTimings max(CheckpointTimings other) {
    return new CheckpointTimings(
        Math.max(alignmentNanos, other.alignmentNanos),
        Math.max(syncNanos, other.syncNanos),
        Math.max(asyncNanos, other.asyncNanos));
  }
}

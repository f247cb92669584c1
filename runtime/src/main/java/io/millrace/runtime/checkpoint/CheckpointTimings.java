package io.millrace.runtime.checkpoint;

/**
 * Where a checkpoint's time went, in nanoseconds.
 *
 * @param alignmentNanos from when the first barrier was there to when the last was, or until it
 *     overtook the records in front of it
 * @param syncNanos taking the cut, on the subtask's thread
 * @param asyncNanos from the cut to the acknowledgement: preparing and writing, beside the records
 * @param unaligned whether a barrier overtook records, which are part of the snapshot then
 */
public record CheckpointTimings(
    long alignmentNanos, long syncNanos, long asyncNanos, boolean unaligned) {
  public static final CheckpointTimings NONE = new CheckpointTimings(0, 0, 0, false);

  /** The longer of both, each time by itself; unaligned if either is. */
  CheckpointTimings max(CheckpointTimings other) {
    return new CheckpointTimings(
        Math.max(alignmentNanos, other.alignmentNanos),
        Math.max(syncNanos, other.syncNanos),
        Math.max(asyncNanos, other.asyncNanos),
        unaligned || other.unaligned);
  }
}

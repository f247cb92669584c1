package io.millrace.runtime.exchange;

import io.millrace.runtime.id.CheckpointId;
import java.time.Duration;
import java.util.Optional;

/**
 * What travels between batches on a channel, in order with them; needs no credit (invariant FC1).
 */
public sealed interface ChannelEvent {
  /** No record at or below this time (milliseconds) follows on the channel, late ones excepted. */
  record Watermark(long timestamp) implements ChannelEvent {}

  /**
   * The channel became idle (it does not hold the watermark) or active again. No data between the
   * two (invariant W2).
   */
  record Idleness(boolean idle) implements ChannelEvent {}

  /**
   * Separates the records of one checkpoint from those of the next (invariant BA1).
   *
   * @param savepoint whether a user asked for it
   * @param directory where its files go, relative to the checkpoint store
   * @param base a complete checkpoint of the job whose files stay until this one is complete or
   *     given up, so that it may share them (invariant CC10)
   * @param patience how long it may still wait from where it is on before it overtakes the records
   *     in front of it; zero if it has overtaken some before, empty for ever
   */
  record Barrier(
      CheckpointId checkpoint,
      boolean savepoint,
      String directory,
      Optional<CheckpointId> base,
      Optional<Duration> patience)
      implements ChannelEvent {
    /** Without files to share, and always aligned. */
    public Barrier(CheckpointId checkpoint, boolean savepoint, String directory) {
      this(checkpoint, savepoint, directory, Optional.empty(), Optional.empty());
    }

    /** The same with so much less patience, or none. */
    public Barrier afterWaiting(Duration waited) {
      return withPatience(
          patience.map(left -> left.compareTo(waited) <= 0 ? Duration.ZERO : left.minus(waited)));
    }

    public Barrier withPatience(Optional<Duration> left) {
      return new Barrier(checkpoint, savepoint, directory, base, left);
    }
  }

  /**
   * No record follows; barriers still may, until the final checkpoint is complete (invariant CC13).
   *
   * @param drain whether time ends as well: the maximum watermark was sent before (invariant W4)
   */
  record EndOfData(boolean drain) implements ChannelEvent {}
}

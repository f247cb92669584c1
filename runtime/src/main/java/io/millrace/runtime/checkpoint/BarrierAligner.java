package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Aligns the barriers of a subtask's input channels: a channel whose barrier has come is blocked
 * until the barrier of every other open channel has come too. A pure state machine, owned by the
 * subtask's thread (invariant BA6). The end of data on a channel is not an event here: barriers
 * still follow it until the final checkpoint (invariant CC13); only a closed channel counts as
 * aligned (invariant BA4).
 *
 * <p>There is one checkpoint at a time and ids increase, so a barrier or an abort of a checkpoint
 * says that all older ones are over.
 */
public final class BarrierAligner {
  private final int channels;
  private final BitSet closed;
  private final BitSet aligned;

  /** All checkpoints up to this one are done or dead: nothing of them may start (invariant BA7). */
  private long over;

  /** The checkpoint being aligned; 0 if none is. */
  private long pending;

  public BarrierAligner(int channels) {
    if (channels < 1) {
      throw new IllegalArgumentException("An aligner of " + channels + " channels");
    }
    this.channels = channels;
    this.closed = new BitSet(channels);
    this.aligned = new BitSet(channels);
  }

  /** A barrier has come on a channel. */
  public AlignmentResult onBarrier(int channel, CheckpointId checkpoint) {
    check(channel);
    long id = checkpoint.value();
    if (id <= over || id < pending) {
      return AlignmentResult.NOTHING; // BA2: stale, the channel stays open
    }
    Optional<CheckpointId> abandoned = Optional.empty();
    List<Integer> resume = List.of();
    if (pending != 0 && id > pending) { // BA3
      abandoned = Optional.of(new CheckpointId(pending));
      resume = release(channel);
    }
    pending = id;
    if (aligned.get(channel)) {
      throw new IllegalStateException(
          "Barrier " + checkpoint + " came twice on channel " + channel);
    }
    aligned.set(channel);
    if (isComplete()) {
      List<Integer> blocked = new ArrayList<>(resume);
      blocked.addAll(complete(channel));
      return new AlignmentResult(List.of(), abandoned, Optional.of(checkpoint), blocked);
    }
    return new AlignmentResult(List.of(channel), abandoned, Optional.empty(), resume);
  }

  /** The checkpoint and all older ones were given up; may come before any of its barriers (BA7). */
  public AlignmentResult onAbort(CheckpointId checkpoint) {
    over = Math.max(over, checkpoint.value());
    if (pending == 0 || pending > over) {
      return AlignmentResult.NOTHING;
    }
    CheckpointId abandoned = new CheckpointId(pending);
    return new AlignmentResult(List.of(), Optional.of(abandoned), Optional.empty(), release(-1));
  }

  /** Nothing, not even a barrier, will come on the channel (invariant BA4). Idempotent. */
  public AlignmentResult onChannelClosed(int channel) {
    check(channel);
    closed.set(channel);
    aligned.clear(channel);
    if (pending == 0 || !isComplete()) {
      return AlignmentResult.NOTHING;
    }
    Optional<CheckpointId> completed = Optional.of(new CheckpointId(pending));
    return new AlignmentResult(List.of(), Optional.empty(), completed, complete(-1));
  }

  /** The checkpoint whose barrier has come on some channels but not on all. */
  public Optional<CheckpointId> pending() {
    return pending == 0 ? Optional.empty() : Optional.of(new CheckpointId(pending));
  }

  public boolean isBlocked(int channel) {
    check(channel);
    return aligned.get(channel);
  }

  private boolean isComplete() {
    return aligned.cardinality() == channels - closed.cardinality();
  }

  private List<Integer> complete(int notBlockedYet) {
    over = pending;
    return release(notBlockedYet);
  }

  private List<Integer> release(int except) {
    List<Integer> blocked = new ArrayList<>(aligned.cardinality());
    for (int i = aligned.nextSetBit(0); i >= 0; i = aligned.nextSetBit(i + 1)) {
      if (i != except) {
        blocked.add(i);
      }
    }
    aligned.clear();
    pending = 0;
    return blocked;
  }

  private void check(int channel) {
    if (channel < 0 || channel >= channels) {
      throw new IllegalArgumentException("Channel " + channel + " of " + channels);
    }
  }
}

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
 * <p>A checkpoint that has waited for too long is {@link #onOverdue}: then it is snapshotted as
 * soon as the channels that can't be overtaken are aligned, and of the others, what comes until
 * their barriers do is part of it (invariant BA5).
 *
 * <p>There is one checkpoint at a time and ids increase, so a barrier or an abort of a checkpoint
 * says that all older ones are over.
 */
public final class BarrierAligner {
  private final int channels;
  private final BitSet closed;

  /** Channels that must be aligned, however long that takes (invariant BA11). */
  private final BitSet strict;

  private final BitSet aligned;

  /** All checkpoints up to this one are done or dead: nothing of them may start (invariant BA7). */
  private long over;

  /** The checkpoint being aligned; 0 if none is. */
  private long pending;

  /** Whether it waits no longer than it must. */
  private boolean overdue;

  /** Channels of which the barrier of the checkpoint {@link #over} is still to come. */
  private final BitSet overtaken;

  /** All of whose channels can be overtaken. */
  public BarrierAligner(int channels) {
    this(channels, new BitSet());
  }

  /**
   * @param strict channels that can't be overtaken
   */
  public BarrierAligner(int channels, BitSet strict) {
    if (channels < 1) {
      throw new IllegalArgumentException("An aligner of " + channels + " channels");
    }
    this.channels = channels;
    this.closed = new BitSet(channels);
    this.strict = (BitSet) strict.clone();
    this.overtaken = new BitSet(channels);
    this.aligned = new BitSet(channels);
  }

  /** A barrier has come on a channel. */
  public AlignmentResult onBarrier(int channel, CheckpointId checkpoint) {
    check(channel);
    long id = checkpoint.value();
    if (id == over) {
      overtaken.clear(channel); // Or it is stale.
    }
    if (id <= over || id < pending) {
      return AlignmentResult.NOTHING; // BA2: stale, the channel stays open
    }
    Optional<CheckpointId> abandoned = abandonedBy(id);
    List<Integer> resume = begin(id, channel);
    if (aligned.get(channel)) {
      throw new IllegalStateException(
          "Barrier " + checkpoint + " came twice on channel " + channel);
    }
    aligned.set(channel);
    if (isComplete()) {
      return complete(abandoned, channel, resume);
    }
    return new AlignmentResult(List.of(channel), abandoned, Optional.empty(), List.of(), resume);
  }

  /** The checkpoint has waited long enough, though perhaps no barrier of it was polled yet. */
  public AlignmentResult onOverdue(CheckpointId checkpoint) {
    long id = checkpoint.value();
    if (id <= over || id < pending) {
      return AlignmentResult.NOTHING;
    }
    Optional<CheckpointId> abandoned = abandonedBy(id);
    List<Integer> resume = begin(id, -1);
    overdue = true;
    if (isComplete()) {
      return complete(abandoned, -1, resume);
    }
    return new AlignmentResult(List.of(), abandoned, Optional.empty(), List.of(), resume);
  }

  /** A newer checkpoint ends what is under way of an older one (invariant BA3). */
  private Optional<CheckpointId> abandonedBy(long id) {
    if (pending != 0) {
      return id > pending ? Optional.of(new CheckpointId(pending)) : Optional.empty();
    }
    return overtaken.isEmpty() ? Optional.empty() : Optional.of(new CheckpointId(over));
  }

  /** The channels to be resumed, for there was another one under way. */
  private List<Integer> begin(long id, int except) {
    if (id == pending) {
      return List.of();
    }
    overtaken.clear();
    List<Integer> blocked = release(except);
    pending = id;
    return blocked;
  }

  /** The checkpoint and all older ones were given up; may come before any of its barriers (BA7). */
  public AlignmentResult onAbort(CheckpointId checkpoint) {
    if (checkpoint.value() < over) {
      return AlignmentResult.NOTHING;
    }
    Optional<CheckpointId> captured =
        overtaken.isEmpty() ? Optional.empty() : Optional.of(new CheckpointId(over));
    over = checkpoint.value();
    overtaken.clear();
    if (pending == 0 || pending > over) {
      return new AlignmentResult(List.of(), captured, Optional.empty(), List.of(), List.of());
    }
    CheckpointId abandoned = new CheckpointId(pending);
    return new AlignmentResult(
        List.of(), Optional.of(abandoned), Optional.empty(), List.of(), release(-1));
  }

  /** Nothing, not even a barrier, will come on the channel (invariant BA4). Idempotent. */
  public AlignmentResult onChannelClosed(int channel) {
    check(channel);
    closed.set(channel);
    aligned.clear(channel);
    overtaken.clear(channel);
    if (pending == 0 || !isComplete()) {
      return AlignmentResult.NOTHING;
    }
    return complete(Optional.empty(), -1, List.of());
  }

  /** The checkpoint whose barrier has come on some channels but not on all. */
  public Optional<CheckpointId> pending() {
    return pending == 0 ? Optional.empty() : Optional.of(new CheckpointId(pending));
  }

  /** Whether what comes on the channel is part of a checkpoint that was snapshotted before. */
  public boolean isOvertaken(int channel) {
    check(channel);
    return overtaken.get(channel);
  }

  /** Whether the barrier of a checkpoint that was snapshotted before is still to come there. */
  public boolean awaits(int channel, CheckpointId checkpoint) {
    return checkpoint.value() == over && isOvertaken(channel);
  }

  /** Whether nothing of the checkpoint starts any more: it was snapshotted, or given up. */
  public boolean isOver(CheckpointId checkpoint) {
    return checkpoint.value() <= over;
  }

  /** Whether all barriers have come that were overtaken. */
  public boolean isCaptured() {
    return overtaken.isEmpty();
  }

  public boolean isBlocked(int channel) {
    check(channel);
    return aligned.get(channel);
  }

  private boolean isComplete() {
    if (!overdue) {
      return aligned.cardinality() == channels - closed.cardinality();
    }
    for (int i = strict.nextSetBit(0); i >= 0; i = strict.nextSetBit(i + 1)) {
      if (!aligned.get(i) && !closed.get(i)) {
        return false;
      }
    }
    return true;
  }

  private AlignmentResult complete(
      Optional<CheckpointId> abandoned, int notBlockedYet, List<Integer> resume) {
    over = pending;
    overtaken.set(0, channels);
    overtaken.andNot(aligned);
    overtaken.andNot(closed);
    List<Integer> resumed = new ArrayList<>(resume);
    resumed.addAll(release(notBlockedYet));
    return new AlignmentResult(
        List.of(),
        abandoned,
        Optional.of(new CheckpointId(over)),
        overtaken.stream().boxed().toList(),
        resumed);
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
    overdue = false;
    return blocked;
  }

  private void check(int channel) {
    if (channel < 0 || channel >= channels) {
      throw new IllegalArgumentException("Channel " + channel + " of " + channels);
    }
  }
}

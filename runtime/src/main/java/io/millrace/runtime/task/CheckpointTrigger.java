package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.OperatorContext.Mail;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * The checkpoint that a source subtask was told to take and has not begun yet, and what its
 * enumerator said after that: splits that were sent behind a trigger are no part of its checkpoint
 * (invariant S2). Subtask's thread only.
 */
final class CheckpointTrigger {
  private Optional<Barrier> pending = Optional.empty();

  /** What the enumerator said that is still to be carried out. */
  private final ArrayDeque<Mail> held = new ArrayDeque<>();

  /** The newest checkpoint that was begun or given up. */
  private long last;

  boolean isPresent() {
    return pending.isPresent();
  }

  /** Takes the place of an older one. */
  void set(Barrier barrier) throws Exception {
    // BA7: the abort of a checkpoint may have come before its trigger.
    long newest = pending.map(older -> older.checkpoint().value()).orElse(last);
    if (barrier.checkpoint().value() > newest) {
      pending = Optional.empty();
      takeSplitsHeld();
      pending = Optional.of(barrier);
    }
  }

  /** The checkpoint begins; {@link #takeSplitsHeld} is to follow it. */
  Barrier take() {
    Barrier barrier = pending.orElseThrow();
    pending = Optional.empty();
    last = barrier.checkpoint().value();
    return barrier;
  }

  void abort(CheckpointId checkpoint) throws Exception {
    last = Math.max(last, checkpoint.value());
    pending = pending.filter(barrier -> barrier.checkpoint().value() > last);
    takeSplitsHeld();
  }

  /** Carries it out, now or when the checkpoint was taken. */
  void afterwards(Mail fromEnumerator) throws Exception {
    held.add(fromEnumerator);
    takeSplitsHeld();
  }

  void takeSplitsHeld() throws Exception {
    while (pending.isEmpty() && !held.isEmpty()) {
      held.remove().run();
    }
  }
}

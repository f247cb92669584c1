package io.millrace.runtime.exchange;

import java.util.Optional;

/** The sending end of a channel; for the producing subtask's thread. */
public interface OutputChannel extends AutoCloseable {
  /**
   * A batch to fill and {@link #send}, or null if the channel may not take more now: then {@link
   * #onWritable} is called later. A batch once given is always accepted (invariant FC12: room is
   * tested before, never waited for in emit).
   */
  RecordBatch acquire();

  /**
   * Hands over a batch from {@link #acquire}, or one of {@link #acquireOvershoot}. The channel
   * releases it.
   */
  void send(RecordBatch batch);

  /**
   * A batch beyond the allowance, for the rest of one record's fan-out; sent when the channel takes
   * batches again.
   */
  RecordBatch acquireOvershoot();

  /**
   * Counts a batch of {@link #acquireOvershoot} that isn't sent yet as one of {@link #acquire}:
   * false where that would give null, with the same promise.
   */
  boolean adopt(RecordBatch overshoot);

  /** Events overtake nothing and need no credit. */
  void sendEvent(ChannelEvent event);

  /** Whether {@link #acquire} would give a batch: the same predicate (invariant FC4). */
  boolean isWritable();

  /**
   * Set once: called, from any thread, when the channel has become writable after {@link #acquire}
   * gave null.
   */
  void onWritable(Runnable listener);

  /** Whether values are handed over as they are, so that mutable ones must be copied first. */
  boolean sharesObjects();

  Optional<Throwable> failure();

  @Override
  void close();
}

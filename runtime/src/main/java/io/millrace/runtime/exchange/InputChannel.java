package io.millrace.runtime.exchange;

import java.util.Optional;

/** The receiving end of a channel. {@link #poll} is for the consuming subtask's thread. */
public interface InputChannel extends AutoCloseable {
  /**
   * The next {@link RecordBatch} or {@link ChannelEvent}, or null if none is there. A batch must be
   * released.
   */
  Object poll();

  /**
   * Set once before the first poll: called, from any thread, after something was added while the
   * channel was (or may have been) empty.
   */
  void onReadable(Runnable listener);

  /**
   * While blocked (aligned at a barrier) the channel asks for no more than it holds (invariant
   * FC6).
   */
  void setBlocked(boolean blocked);

  /** Batches and events waiting. For metrics. */
  int queued();

  /** Why the channel failed, if it did: polled by the task when nothing else is there. */
  Optional<Throwable> failure();

  @Override
  void close();
}

package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.id.CheckpointId;
import java.util.Optional;
import java.util.function.Consumer;

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
   * Set once before the first poll: called, from any thread, after a barrier was added, which may
   * be polled much later.
   */
  void onBarrier(Consumer<Barrier> listener);

  /**
   * Takes the barrier out, ahead of what is in front of it, which can be polled as before. Only for
   * a barrier that was added and not polled.
   *
   * @param overtaken gets the batches in front of the barrier, in order
   */
  void overtake(CheckpointId checkpoint, InFlight overtaken);

  /** Takes copies of batches that a barrier overtakes; the consuming subtask's thread. */
  interface InFlight {
    /** The records from {@code from} on; the batch stays whose it is. */
    void add(RecordBatch batch, int from);

    /** The same of a batch that is still as it was sent between processes. */
    void addEncoded(byte[] frame, int offset, int length);
  }

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

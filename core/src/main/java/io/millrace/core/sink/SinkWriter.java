package io.millrace.core.sink;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Writes the records of one subtask. All methods are called by the subtask's thread and must not
 * block.
 */
public interface SinkWriter<T, C> extends AutoCloseable {
  /**
   * @param timestamp event time in milliseconds, or {@link
   *     io.millrace.core.time.TimestampAssigner#NO_TIMESTAMP}
   */
  void write(T element, long timestamp) throws Exception;

  /**
   * Whether writes are welcome; while false the subtask is backpressured, until {@link
   * SinkContext#wakeUp}.
   */
  default boolean hasRoom() {
    return true;
  }

  /**
   * Ends the current transaction at a barrier: everything written so far belongs to it, everything
   * written after this call to the next one (invariant BA12). The stage completes, on any thread,
   * when all of it is durable in the external system and every asynchronous error has surfaced
   * (invariant K1); its committables go into the snapshot.
   */
  CompletionStage<List<C>> prepareCommit(long checkpointId) throws Exception;

  /** Releases everything; aborts what was not prepared, never what was (invariant K10). */
  @Override
  void close() throws Exception;
}

package io.millrace.core.source;

import io.millrace.core.time.TimestampAssigner;

/** Where a reader puts its records. Subtask thread only. */
public interface ReaderOutput<T> {
  /** Whether another record may be emitted in this poll. */
  boolean hasRoom();

  /**
   * The output of one split, which makes that split's watermark; cached for as long as the split is
   * active.
   */
  SplitOutput<T> split(String splitId);

  /** Drops the output of a finished split, so that it no longer holds the watermark. */
  void releaseSplit(String splitId);

  /** The output of one split. */
  interface SplitOutput<T> {
    /**
     * @param timestamp milliseconds as the external system has it, or {@link
     *     TimestampAssigner#NO_TIMESTAMP}
     */
    void collect(T record, long timestamp) throws Exception;

    default void collect(T record) throws Exception {
      collect(record, TimestampAssigner.NO_TIMESTAMP);
    }

    /**
     * The split was polled and had nothing: from now on its idleness counts, until its next record.
     */
    void polledEmpty();
  }
}

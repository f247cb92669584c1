package io.millrace.runtime.operators;

/**
 * Takes records by direct call inside a chain. The value is the record itself and the timestamp
 * travels beside it, so a hop allocates nothing.
 */
public interface Receiver<T> {
  /**
   * @param timestamp event time in milliseconds, or {@link
   *     io.millrace.core.time.TimestampAssigner#NO_TIMESTAMP}
   */
  void process(T value, long timestamp) throws Exception;
}

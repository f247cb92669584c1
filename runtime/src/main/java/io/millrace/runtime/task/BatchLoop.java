package io.millrace.runtime.task;

import io.millrace.runtime.exchange.RecordBatch;

/**
 * Runs the records of a batch through a chain. Copied for each chain head, so that the call into
 * the head has one receiver class.
 */
public interface BatchLoop {
  /**
   * Processes records from {@code from} on, for as long as there is room.
   *
   * @return the first record that was not processed; the batch's size if all were
   */
  int run(RecordBatch batch, int from) throws Exception;
}

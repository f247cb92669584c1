package io.millrace.runtime.task;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * What makes tasks fast and changes no result: less of it is for finding out whether something that
 * looks wrong comes from there, and for the tests that hold that nothing does.
 *
 * @param batchRecords most records of a batch that is sent, from 1 to {@link RecordBatch#CAPACITY}
 * @param classCopies whether each operator of a job runs on a copy of its class ({@link
 *     ClassCopies})
 */
public record TaskTuning(int batchRecords, boolean classCopies) {
  /** All of it. */
  public static final TaskTuning FULL = new TaskTuning(RecordBatch.CAPACITY, true);

  public TaskTuning {
    if (batchRecords < 1 || batchRecords > RecordBatch.CAPACITY) {
      throw new IllegalArgumentException(
          "A batch has 1 to " + RecordBatch.CAPACITY + " records, not " + batchRecords);
    }
  }

  public static TaskTuning of(Configuration configuration) {
    return new TaskTuning(
        configuration.get(TaskManagerOptions.BATCH_RECORDS),
        configuration.get(TaskManagerOptions.CLASS_COPIES));
  }
}

package io.millrace.runtime.exchange;

/** How the batches of an edge are laid out: known to both its ends, and so in no batch. */
public sealed interface BatchLayout permits ObjectLayout, ColumnarLayout {
  /**
   * @param capacity records of a full batch, if the layout has a choice
   */
  RecordBatch newBatch(RecordBatch.BatchOwner owner, int capacity);

  /** Whether a batch of this layout may be used for the other. */
  boolean sharesBatchesWith(BatchLayout other);
}

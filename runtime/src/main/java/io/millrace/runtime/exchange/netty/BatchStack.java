package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Batches that are free, the last one used on top, so that it is still in cache. Made on demand:
 * batches never wait here or in a channel (frames do), so there are as many as a task holds at
 * once. For one subtask's thread.
 */
final class BatchStack implements RecordBatch.BatchOwner {
  private static final int KEPT = 16;

  private final RecordBatch[] free = new RecordBatch[KEPT];
  private final BatchLayout layout;
  private final int capacity;
  private int size;

  BatchStack(BatchLayout layout, int capacity) {
    this.layout = layout;
    this.capacity = capacity;
  }

  RecordBatch take() {
    if (size == 0) {
      return layout.newBatch(this, capacity);
    }
    RecordBatch batch = free[--size];
    free[size] = null;
    return batch;
  }

  @Override
  public void recycle(RecordBatch batch) {
    if (size < KEPT) {
      batch.keyed = false;
      batch.longKeys = false;
      free[size++] = batch;
    }
  }
}

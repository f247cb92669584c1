package io.millrace.runtime.task;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.operators.Receiver;

/**
 * Hands columnar batches to a head that takes them whole. Room is tested between batches: what the
 * rows of one make beyond it overshoots, like one record's fan-out.
 */
public final class ColumnarLoop implements BatchLoop {
  private final Receiver<ColumnarBatch> head;

  public ColumnarLoop(Receiver<ColumnarBatch> head) {
    this.head = head;
  }

  @Override
  public int run(RecordBatch batch, int from) throws Exception {
    head.process((ColumnarBatch) batch, TimestampAssigner.NO_TIMESTAMP);
    return batch.size;
  }
}

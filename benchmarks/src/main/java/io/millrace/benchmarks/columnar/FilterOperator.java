package io.millrace.benchmarks.columnar;

import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.operators.OneInputOperator;

/** Keeps the rows whose number passes, by narrowing the selection. */
public final class FilterOperator extends OneInputOperator<ColumnarBatch, ColumnarBatch> {
  @Override
  public void process(ColumnarBatch batch, long timestamp) throws Exception {
    long[] numbers = batch.longs(Changelog.NUMBER).values;
    int[] rows = batch.selection();
    int[] kept = batch.narrowing();
    int count = 0;
    for (int i = 0, n = batch.selected(); i < n; i++) {
      int row = rows[i];
      // Written whether it is kept or not: no branch that is often mispredicted.
      kept[count] = row;
      count += Changelog.passes(numbers[row]) ? 1 : 0;
    }
    batch.select(count);
    out.process(batch, timestamp);
  }
}

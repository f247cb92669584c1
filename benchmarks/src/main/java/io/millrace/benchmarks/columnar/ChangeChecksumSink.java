package io.millrace.benchmarks.columnar;

import io.millrace.benchmarks.workload.ResultPart;
import io.millrace.benchmarks.workload.ResultSink;
import io.millrace.runtime.exchange.ColumnarBatch;
import java.nio.file.Path;

/** Counts the changes and adds up their hashes. */
final class ChangeChecksumSink extends ResultSink<ColumnarBatch> {
  private static final long serialVersionUID = 1L;

  ChangeChecksumSink(Path directory) {
    super(directory);
  }

  @Override
  protected PartWriter<ColumnarBatch> writer() {
    return new Writer();
  }

  private static final class Writer extends PartWriter<ColumnarBatch> {
    private long records;
    private long checksum;

    @Override
    public void write(ColumnarBatch batch, long timestamp) {
      long[] keys = batch.longs(Changelog.KEY).values;
      long[] sums = batch.longs(Changelog.NUMBER).values;
      byte[] kinds = batch.kinds;
      int[] rows = batch.selection();
      int n = batch.selected();
      long hashes = 0;
      for (int i = 0; i < n; i++) {
        int row = rows[i];
        hashes += Changelog.hash(kinds[row], keys[row], sums[row]);
      }
      checksum += hashes;
      records += n;
    }

    @Override
    protected ResultPart part() {
      return new ResultPart(records, checksum, new long[0]);
    }
  }
}

package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.ColumnarLayout;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Columns one behind the other, each with a bitmap of its nulls if it has any. The keys are the key
 * column, so they are not written again. Batches on an edge have all their rows selected.
 */
final class ColumnarBatchCodec extends BatchCodec {
  /** Hash and kind. */
  private static final int BYTES_BESIDE = 5;

  private final ColumnarLayout layout;

  ColumnarBatchCodec(ColumnarLayout layout, int capacity, ClassLoader classLoader) {
    super(layout, capacity, classLoader);
    this.layout = layout;
  }

  @Override
  int writeRecords(RecordBatch sent, int from, int targetBytes, BinaryWriter out) {
    ColumnarBatch batch = (ColumnarBatch) sent;
    int to = from;
    long bytes = out.size();
    do {
      bytes += batch.encodedBytes(to++) + BYTES_BESIDE;
    } while (to < batch.size && bytes < targetBytes);
    for (int i = 0; i < batch.columns(); i++) {
      batch.column(i).write(from, to, out);
    }
    return to;
  }

  @Override
  int writeRest(RecordBatch batch, int from, int to, BinaryWriter out) {
    return 0;
  }

  @Override
  boolean isKnown(boolean changes, int layoutFlags) {
    return changes == layout.changes() && layoutFlags == 0;
  }

  @Override
  void readRecords(RecordBatch received, int count, BinaryReader in) {
    ColumnarBatch batch = (ColumnarBatch) received;
    for (int i = 0; i < batch.columns(); i++) {
      batch.column(i).read(count, in);
    }
    batch.size = count;
  }

  @Override
  void readRest(RecordBatch batch, int count, int layoutFlags, BinaryReader in) {
    batch.longKeys = layout.keyColumn() != ColumnarLayout.NO_KEY;
  }
}

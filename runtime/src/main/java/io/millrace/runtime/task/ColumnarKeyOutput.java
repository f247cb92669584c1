package io.millrace.runtime.task;

import io.millrace.core.types.KeyHash;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.LongVector;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Partitions the selected rows of columnar batches by an integer column. Rows are first sorted into
 * channels by number; then each channel's are gathered column by column.
 */
public final class ColumnarKeyOutput extends EdgeOutput<ColumnarBatch> {
  private final ColumnarBatch[] filling;
  private final int keyColumn;
  private final String keyName;
  private final int[] channelOfGroup;

  /** The rows of each channel: {@code CAPACITY} places for the first, for the second, ... */
  private final int[] rowsOfChannel;

  private final int[] rowsIn;

  /** By row of the batch being sent. */
  private final int[] hashes = new int[RecordBatch.CAPACITY];

  public ColumnarKeyOutput(
      Setup<ColumnarBatch> setup, int keyColumn, String keyName, int[] channelOfGroup) {
    this(setup, new ColumnarBatch[setup.channels().length], keyColumn, keyName, channelOfGroup);
  }

  private ColumnarKeyOutput(
      Setup<ColumnarBatch> setup,
      ColumnarBatch[] filling,
      int keyColumn,
      String keyName,
      int[] channelOfGroup) {
    super(setup, filling, setup.keyed(), setup.longKeys());
    this.filling = filling;
    this.keyColumn = keyColumn;
    this.keyName = keyName;
    this.channelOfGroup = channelOfGroup;
    this.rowsOfChannel = new int[filling.length * RecordBatch.CAPACITY];
    this.rowsIn = new int[filling.length];
  }

  @Override
  protected void begin(RecordBatch batch) {
    batch.size = 0;
  }

  @Override
  public void process(ColumnarBatch batch, long timestamp) {
    LongVector key = batch.longs(keyColumn);
    int[] selection = batch.selection();
    int selected = batch.selected();
    if (key.hasNulls()) {
      refuseNulls(key, selection, selected);
    }
    sort(key.values, selection, selected);
    for (int channel = 0; channel < rowsIn.length; channel++) {
      int count = rowsIn[channel];
      if (count > 0) {
        rowsIn[channel] = 0;
        gather(batch, channel, count);
      }
    }
  }

  private void sort(long[] keys, int[] selection, int selected) {
    int[] rows = rowsOfChannel;
    int[] in = rowsIn;
    int[] channels = channelOfGroup;
    int mask = channels.length - 1;
    for (int i = 0; i < selected; i++) {
      int row = selection[i];
      int hash = KeyHash.ofLong(keys[row]);
      hashes[row] = hash;
      int channel = channels[hash & mask];
      int at = in[channel];
      rows[channel * RecordBatch.CAPACITY + at] = row;
      in[channel] = at + 1;
    }
  }

  private void gather(ColumnarBatch batch, int channel, int count) {
    int from = channel * RecordBatch.CAPACITY;
    int end = from + count;
    while (from < end) {
      ColumnarBatch target = filling[channel];
      if (target == null) {
        takeBeyond(channel);
        target = filling[channel];
      }
      int at = target.size;
      int part = Math.min(end - from, RecordBatch.CAPACITY - at);
      target.append(batch, rowsOfChannel, from, part);
      for (int i = 0; i < part; i++) {
        target.hashes[at + i] = hashes[rowsOfChannel[from + i]];
      }
      from += part;
      if (target.isFull()) {
        full(channel);
      }
    }
  }

  private void refuseNulls(LongVector key, int[] selection, int selected) {
    for (int i = 0; i < selected; i++) {
      if (key.isNull(selection[i])) {
        throw new IllegalStateException(
            "Operator "
                + name()
                + ": column '"
                + keyName
                + "', which its output is partitioned by, is null in a row. Filter such rows out before, or replace the null");
      }
    }
  }
}

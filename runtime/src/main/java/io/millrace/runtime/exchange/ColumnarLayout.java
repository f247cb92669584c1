package io.millrace.runtime.exchange;

import java.util.List;

/**
 * Values as columns.
 *
 * @param keyColumn the column that the edge is partitioned by, of type LONG; or {@link #NO_KEY}
 * @param changes whether batches say of each row what change it is
 */
public record ColumnarLayout(List<Column> columns, int keyColumn, boolean changes)
    implements BatchLayout {
  public static final int NO_KEY = -1;

  public ColumnarLayout {
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("A columnar batch has at least one column");
    }
    if (keyColumn < NO_KEY || keyColumn >= columns.size()) {
      throw new IllegalArgumentException(
          "Column " + keyColumn + " can't be the key: there are " + columns.size() + " columns");
    }
    if (keyColumn != NO_KEY && columns.get(keyColumn).type() != Column.Type.LONG) {
      throw new IllegalArgumentException(
          "Column '"
              + columns.get(keyColumn).name()
              + "' can't be the key of a columnar edge: it is of type "
              + columns.get(keyColumn).type()
              + ", and only LONG is supported");
    }
  }

  @Override
  public ColumnarBatch newBatch(RecordBatch.BatchOwner owner, int capacity) {
    return ColumnarBatch.of(this, owner);
  }

  @Override
  public boolean sharesBatchesWith(BatchLayout other) {
    return equals(other);
  }
}

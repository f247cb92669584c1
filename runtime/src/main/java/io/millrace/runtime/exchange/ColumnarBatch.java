package io.millrace.runtime.exchange;

import java.util.List;

/**
 * A batch of rows by column: what SQL exchanges. A filter leaves the columns as they are and
 * narrows the selection, the numbers of the rows that count, in order; so an operator's loop is
 *
 * <pre>{@code
 * int[] rows = batch.selection();
 * for (int i = 0, n = batch.selected(); i < n; i++) {
 *   int row = rows[i];
 *   ...
 * }
 * }</pre>
 *
 * <p>In a chain the batch is one value that the operators hand on by direct call. It is lent for
 * the time of the call: the receiver may narrow the selection, and keeps nothing of it. Where it
 * crosses an edge, the rows that count are gathered into the batches of the channels, so a batch
 * that comes from a channel has all its rows selected.
 */
public final class ColumnarBatch extends RecordBatch {
  /** The selection of a batch in which all rows count. Never written. */
  private static final int[] ALL = all();

  private static final long[] NO_KEYS = {};

  private final ColumnVector[] columns;
  private final int[] narrowed = new int[CAPACITY];
  private int[] selection = ALL;
  private int selected;

  private ColumnarBatch(
      BatchOwner owner, ColumnVector[] columns, ColumnarLayout layout, long[] keys) {
    super(owner, CAPACITY, keys);
    this.columns = columns;
    this.changes = layout.changes();
  }

  static ColumnarBatch of(ColumnarLayout layout, BatchOwner owner) {
    List<Column> columns = layout.columns();
    ColumnVector[] vectors = new ColumnVector[columns.size()];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = columns.get(i).newVector();
    }
    // The keys are the key column itself: there is nothing to copy or to send twice.
    long[] keys =
        layout.keyColumn() == ColumnarLayout.NO_KEY
            ? NO_KEYS
            : ((LongVector) vectors[layout.keyColumn()]).values;
    return new ColumnarBatch(owner, vectors, layout, keys);
  }

  private static int[] all() {
    int[] rows = new int[CAPACITY];
    for (int i = 0; i < CAPACITY; i++) {
      rows[i] = i;
    }
    return rows;
  }

  public int columns() {
    return columns.length;
  }

  public ColumnVector column(int index) {
    return columns[index];
  }

  /**
   * @throws ClassCastException if the column is of another type
   */
  public LongVector longs(int index) {
    return (LongVector) columns[index];
  }

  /**
   * @throws ClassCastException if the column is of another type
   */
  public DoubleVector doubles(int index) {
    return (DoubleVector) columns[index];
  }

  /**
   * @throws ClassCastException if the column is of another type
   */
  public BytesVector bytes(int index) {
    return (BytesVector) columns[index];
  }

  /** Numbers of the rows that count, in order; to be read up to {@link #selected}. */
  public int[] selection() {
    return selection;
  }

  /** How many rows count. */
  public int selected() {
    return selection == ALL ? size : selected;
  }

  /**
   * Where a filter writes the rows that it keeps, a part of the {@link #selection} in its order;
   * may be that very array, in which the next row to be written never comes after the next to be
   * read. Said to be the selection by {@link #select}.
   */
  public int[] narrowing() {
    return narrowed;
  }

  /** Makes the first {@code count} of {@link #narrowing} the selection. */
  public void select(int count) {
    selection = narrowed;
    selected = count;
  }

  /** Adds rows of a batch of the same columns, whatever their selection. */
  public void append(ColumnarBatch source, int[] rows, int from, int count) {
    int at = size;
    for (int i = 0; i < columns.length; i++) {
      columns[i].append(at, source.columns[i], rows, from, count);
    }
    if (changes) {
      byte[] to = kinds;
      byte[] of = source.kinds;
      for (int i = 0; i < count; i++) {
        to[at + i] = of[rows[from + i]];
      }
    }
    size = at + count;
  }

  /** Bytes of a row's values on the wire, but for the bitmaps of nulls. */
  public long encodedBytes(int row) {
    long bytes = 0;
    for (ColumnVector column : columns) {
      bytes += column.encodedBytes(row);
    }
    return bytes;
  }

  @Override
  public void clear() {
    for (ColumnVector column : columns) {
      column.clear();
    }
    size = 0;
    selection = ALL;
  }
}

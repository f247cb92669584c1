package io.millrace.runtime.state.heap;

import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.PanedRows;
import io.millrace.runtime.state.RowList;
import java.util.Objects;

/**
 * Rows on the heap: a table that knows each key's newest row, and a log of the rows of all keys, so
 * that a row costs one look-up and no object. Written so that the engine can load a copy of this
 * class per operator.
 */
public final class HeapPanedRows<T> implements PanedRows<T> {
  private final RowPanes<T> panes;
  private final TypeSerializer<T> serializer;
  private final boolean copied;

  /**
   * @param copied whether the log keeps mutable objects
   */
  public HeapPanedRows(RowPanes<T> panes, TypeSerializer<T> serializer, boolean copied) {
    this.panes = panes;
    this.serializer = serializer;
    this.copied = copied;
  }

  @Override
  public void add(long start, T row, long mark) {
    Objects.requireNonNull(row, "A stream holds no null");
    panes.findOrCreate(start).add(row, mark);
  }

  @Override
  public boolean contains(long start) {
    RowPane<T> pane = panes.find(start);
    return pane != null && pane.newest() != 0;
  }

  @Override
  public void read(long start, long fromMark, long toMark, RowList<? super T> into) {
    RowPane<T> pane = panes.find(start);
    if (pane == null) {
      return;
    }
    RowLog<T> log = pane.log();
    int first = into.size();
    for (int row = pane.newest(); row != 0; row = log.previous(row)) {
      long mark = log.mark(row);
      if (mark >= fromMark && mark <= toMark) {
        T value = log.value(row);
        into.add(copied ? serializer.copy(value) : value, mark);
      }
    }
    into.reverse(first);
  }

  @Override
  public long[] panes() {
    return panes.starts();
  }

  @Override
  public long size(long start) {
    RowPane<T> pane = panes.find(start);
    return pane == null ? 0 : pane.size();
  }

  @Override
  public KeyWalk keys(long start) {
    RowPane<T> pane = panes.find(start);
    return pane == null ? () -> false : pane.walk();
  }

  @Override
  public void drop(long start) {
    panes.drop(start);
  }
}

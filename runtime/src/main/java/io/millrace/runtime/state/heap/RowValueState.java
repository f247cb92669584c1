package io.millrace.runtime.state.heap;

import io.millrace.core.types.RowLayout;
import io.millrace.runtime.state.ProbedValueState;

/**
 * A value that lies in its table taken apart, made anew by each read: an object there would be a
 * new one with each update, and so ever again somewhere else in memory. Written so that the engine
 * can load a copy of this class per operator.
 */
public final class RowValueState<V> implements ProbedValueState<V> {
  private final TableCursor<V> cursor;
  private final RowLayout<V> layout;
  private final int references;

  public RowValueState(TableCursor<V> cursor, RowLayout<V> layout) {
    this.cursor = cursor;
    this.layout = layout;
    this.references = layout.references();
  }

  @Override
  public boolean find() {
    if (!cursor.find()) {
      return false;
    }
    cursor.touch();
    return true;
  }

  @Override
  public V found() {
    Segment segment = cursor.found();
    return layout.load(
        segment.words(), cursor.valueIndex(), segment.values(), cursor.slot() * references);
  }

  @Override
  public void update(V value) {
    if (value == null) {
      cursor.remove();
      return;
    }
    Segment segment = cursor.write();
    layout.store(
        value, segment.words(), cursor.valueIndex(), segment.values(), cursor.slot() * references);
  }

  @Override
  public void clear() {
    cursor.remove();
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.core.state.ValueState;
import io.millrace.core.types.FlatLayout;

/**
 * The value of an integer key, stored flat: the shortest way there is. Looks its entry up once a
 * key. Written so that the engine can load a copy of this class per operator.
 */
public final class FlatLongValueState<V> implements ValueState<V> {
  private final CurrentKey key;
  private final StateTable<V> table;
  private final CutClock clock;
  private final FlatLayout<V> layout;
  private final TableCursor<V> cursor;
  private long serial;
  private long[] words;
  private long stamp;
  private int index;

  public FlatLongValueState(CurrentKey key, FlatLayout<V> layout, TableCursor<V> cursor) {
    this.key = key;
    this.table = cursor.table();
    this.clock = table.clock();
    this.layout = layout;
    this.cursor = cursor;
  }

  @Override
  public V value() {
    if (serial != key.serial()) {
      lookUp();
    }
    int at = index;
    return at < 0 ? null : layout.load(words, at);
  }

  @Override
  public void update(V value) {
    if (value == null) {
      clear();
      return;
    }
    if (serial != key.serial()) {
      lookUp();
    }
    int at = index;
    if (at < 0 || clock.isFrozen(stamp)) {
      cursor.store(value);
      serial = 0;
    } else {
      layout.store(value, words, at);
    }
  }

  @Override
  public void clear() {
    cursor.remove();
    serial = 0;
  }

  private void lookUp() {
    key.requireSet();
    int hash = key.hash();
    Segment segment = table.segment(key.group(), hash);
    int slot = segment.find(key.longKey(), hash);
    words = segment.words();
    stamp = segment.stamp();
    index = slot < 0 ? -1 : segment.valueIndex(slot);
    serial = key.serial();
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.core.types.FlatLayout;
import io.millrace.runtime.state.ProbedValueState;

/**
 * The value of an integer key, stored flat: the shortest way there is. Looks its entry up once a
 * key. Written so that the engine can load a copy of this class per operator.
 */
public final class FlatLongValueState<V> implements ProbedValueState<V> {
  private final CurrentKey key;
  private final StateTable<V> table;
  private final CutClock clock;
  private final FlatLayout<V> layout;
  private final TableCursor<V> cursor;
  private final int shift;
  private final int stride;
  // The place alone is kept, no reference to the page: storing one a record costs a card mark, and
  // under G1 a fence. The page is found again through what is in the cache by then.
  private long serial;
  private int index;

  public FlatLongValueState(CurrentKey key, FlatLayout<V> layout, TableCursor<V> cursor) {
    this.key = key;
    this.table = cursor.table();
    this.clock = table.clock();
    this.layout = layout;
    this.shift = table.shift();
    this.stride = table.stride();
    this.cursor = cursor;
  }

  @Override
  public boolean find() {
    if (serial != key.serial()) {
      lookUp();
    }
    return index >= 0;
  }

  @Override
  public V found() {
    return layout.load(table.words(key.group(), key.hash()), index);
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
    // The value goes nowhere but into the layout, on the rare paths neither: so a box made for this
    // call needs no object.
    if (index < 0 || clock.isFrozen(Segment.stamp(table.words(key.group(), key.hash())))) {
      prepareWrite();
    }
    layout.store(value, table.words(key.group(), key.hash()), index);
  }

  private void prepareWrite() {
    cursor.prepareWrite();
    index = cursor.valueIndex();
    serial = key.serial();
  }

  @Override
  public void clear() {
    cursor.remove();
    serial = 0;
  }

  private void lookUp() {
    key.requireSet();
    int hash = key.hash();
    int found =
        Segment.findValue(table.words(key.group(), hash), key.longKey(), hash, shift, stride);
    index = found < 0 && cursor.find() ? cursor.valueIndex() : found;
    serial = key.serial();
  }
}

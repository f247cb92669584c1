package io.millrace.runtime.state.heap;

import io.millrace.core.types.FlatLayout;
import io.millrace.runtime.state.FlatValueState;

/**
 * The value of an integer key, stored flat: the shortest way there is. Looks its entry up once a
 * key. Written so that the engine can load a copy of this class per operator.
 */
public final class FlatLongValueState<V> implements FlatValueState<V> {
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
  private int place;
  private int index;

  /** Where the value begins that was found without being of the current key. */
  private int at;

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
    return layout.load(table.wordsAt(place), index);
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
    if (index < 0 || clock.isFrozen(Segment.stamp(table.wordsAt(place)))) {
      prepareWrite();
    }
    layout.store(value, table.wordsAt(place), index);
  }

  @Override
  public long[] find(long longKey, int hash) {
    long[] words = table.words(key.groupOf(hash), hash);
    int found = Segment.findValue(words, longKey, hash, shift, stride);
    if (found < 0) {
      found = findSlowly(longKey, hash);
    }
    at = found;
    return words;
  }

  /** Free slots and key 0 look the same. */
  private int findSlowly(long longKey, int hash) {
    key.set(longKey, hash);
    return cursor.find() ? cursor.valueIndex() : -1;
  }

  @Override
  public long fetch(int[] hashes, int[] rows, int from, int to) {
    long seen = 0;
    if (table.isFar()) {
      for (int i = from; i < to; i++) {
        int hash = hashes[rows[i]];
        seen += Segment.wordAtHome(table.words(key.groupOf(hash), hash), hash, shift, stride);
      }
    }
    return seen;
  }

  @Override
  public int at() {
    return at;
  }

  @Override
  public boolean isOpen(long[] words) {
    return at >= 0 && !clock.isFrozen(Segment.stamp(words));
  }

  @Override
  public long[] open(long longKey, int hash) {
    key.set(longKey, hash);
    cursor.prepareWrite();
    at = cursor.valueIndex();
    return table.words(key.group(), hash);
  }

  @Override
  public void remove(long longKey, int hash) {
    key.set(longKey, hash);
    clear();
  }

  private void prepareWrite() {
    cursor.prepareWrite();
    index = cursor.valueIndex();
    place = table.place(key.group(), key.hash());
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
    int where = table.place(key.group(), hash);
    int found = Segment.findValue(table.wordsAt(where), key.longKey(), hash, shift, stride);
    place = where;
    index = found < 0 && cursor.find() ? cursor.valueIndex() : found;
    serial = key.serial();
  }
}

package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.FlatLayout;
import io.millrace.runtime.state.FlatValueState;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.Segment;
import io.millrace.runtime.state.heap.StateTable;

/**
 * The value of an integer key, flat in the cache: the shortest way there is when the cache has it.
 * Written so that the engine can load a copy of this class per operator.
 */
public final class CachedLongValueState<V> implements FlatValueState<V> {
  private final CurrentKey key;
  private final StateTable<V> entries;
  private final FlatLayout<V> layout;
  private final CachedCursor<V> cursor;
  private final CutEpoch epoch;
  private final int shift;
  private final int stride;
  private final int flagsOffset;
  private long serial;
  private int index;

  public CachedLongValueState(CurrentKey key, FlatLayout<V> layout, CachedCursor<V> cursor) {
    this.key = key;
    this.entries = cursor.entries();
    this.layout = layout;
    this.cursor = cursor;
    this.epoch = cursor.epoch();
    this.shift = entries.shift();
    this.stride = entries.stride();
    this.flagsOffset = cursor.flagsOffset();
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
    return layout.load(entries.words(key.group(), key.hash()), index);
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
    if (index < 0) {
      cursor.prepareWrite();
      index = cursor.valueIndex();
      serial = key.serial();
    }
    long[] words = entries.words(key.group(), key.hash());
    if (epoch.isCurrent(words[index + flagsOffset])) {
      layout.store(value, words, index);
      return;
    }
    cursor.beforeChange(index);
    layout.store(value, words, index);
    cursor.written(index);
  }

  @Override
  public void clear() {
    cursor.remove();
    serial = 0;
  }

  @Override
  public long[] find(long longKey, int hash) {
    key.set(longKey, hash);
    lookUp();
    return entries.words(key.group(), hash);
  }

  /** An entry that isn't in the cache is read from the database as it is found. */
  @Override
  public long fetch(int[] hashes, int[] rows, int from, int to) {
    return 0;
  }

  @Override
  public int at() {
    return index;
  }

  @Override
  public boolean isOpen(long[] words) {
    return index >= 0 && epoch.isCurrent(words[index + flagsOffset]);
  }

  @Override
  public long[] open(long longKey, int hash) {
    key.set(longKey, hash);
    cursor.open();
    index = cursor.valueIndex();
    serial = key.serial();
    return entries.words(key.group(), hash);
  }

  @Override
  public void remove(long longKey, int hash) {
    key.set(longKey, hash);
    clear();
  }

  private void lookUp() {
    key.requireSet();
    int hash = key.hash();
    long[] words = entries.words(key.group(), hash);
    int found = Segment.findValue(words, key.longKey(), hash, shift, stride);
    if (found < 0 || !CachedCursor.isPlainHit(words[found + flagsOffset])) {
      found = cursor.find() ? cursor.valueIndex() : -1;
    }
    index = found;
    serial = key.serial();
  }
}

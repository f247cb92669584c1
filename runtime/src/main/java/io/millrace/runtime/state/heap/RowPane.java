package io.millrace.runtime.state.heap;

import io.millrace.runtime.state.PanedRows.KeyWalk;

/**
 * A pane of rows: the number of each key's newest row, the rows, and the keys in the order in which
 * they came. Owned by the task thread; public members are for the handle.
 */
public final class RowPane<T> {
  private final long start;
  private final CurrentKey key;
  private final TableCursor<Long> newest;
  private final StateTable<Long> table;
  private final RowLog<T> log;
  private final KeyLog keys = new KeyLog();

  RowPane(long start, CurrentKey key, TableCursor<Long> newest, RowLog<T> log) {
    this.start = start;
    this.key = key;
    this.newest = newest;
    this.table = newest.table();
    this.log = log;
  }

  public long start() {
    return start;
  }

  StateTable<Long> table() {
    return table;
  }

  public RowLog<T> log() {
    return log;
  }

  /** Appends a row of the current key. */
  public void add(T row, long mark) {
    key.requireSet();
    int hash = key.hash();
    long[] words = table.words(key.group(), hash);
    // A key that is there is found by its words alone, as in FlatLongValueState.
    int at =
        key.isLong() && !table.clock().isFrozen(Segment.stamp(words))
            ? Segment.findValue(words, key.longKey(), hash, table.shift(), table.stride())
            : -1;
    if (at < 0) {
      newest.prepareWrite();
      words = table.words(key.group(), hash);
      at = newest.valueIndex();
      if (words[at] == 0) {
        keys.add(key);
      }
    }
    words[at] = log.append(row, mark, (int) words[at]);
  }

  /** Number of the current key's newest row; 0 if it has none. */
  public int newest() {
    int hash = key.hash();
    long[] words = table.words(key.group(), hash);
    if (key.isLong()) {
      int slot = Segment.findSlot(words, key.longKey(), hash, table.shift(), table.stride());
      if (slot != Segment.UNKNOWN) {
        return slot < 0 ? 0 : (int) words[Segment.valueIndex(slot, table.stride())];
      }
    }
    return newest.find() ? (int) words[newest.valueIndex()] : 0;
  }

  /** Number of keys. */
  public long size() {
    return table.size();
  }

  public KeyWalk walk() {
    return new HeapKeyWalk(keys, key);
  }
}

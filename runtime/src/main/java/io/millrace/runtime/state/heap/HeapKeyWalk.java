package io.millrace.runtime.state.heap;

import io.millrace.runtime.state.PanedRows.KeyWalk;

/** Walks the keys of a pane in the order in which they came, those that come meanwhile too. */
final class HeapKeyWalk implements KeyWalk {
  private final KeyLog keys;
  private final CurrentKey key;
  private int next;

  HeapKeyWalk(KeyLog keys, CurrentKey key) {
    this.keys = keys;
    this.key = key;
  }

  @Override
  public boolean advance() {
    if (next == keys.size()) {
      return false;
    }
    keys.select(next++, key);
    return true;
  }
}

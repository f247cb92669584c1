package io.millrace.runtime.state.heap;

/** A pane and its table. Owned by the task thread. */
final class Pane<A> {
  private final long start;
  private final TableCursor<A> entries;
  private int walks;
  private boolean dropped;

  Pane(long start, TableCursor<A> entries) {
    this.start = start;
    this.entries = entries;
  }

  long start() {
    return start;
  }

  TableCursor<A> entries() {
    return entries;
  }

  StateTable<A> table() {
    return entries.table();
  }

  void remove() {
    if (walks == 0) {
      entries.remove();
    } else {
      entries.removeAside();
    }
  }

  void beginWalk() {
    walks++;
  }

  void endWalk() {
    walks--;
  }

  void drop() {
    dropped = true;
  }

  boolean isDropped() {
    return dropped;
  }
}

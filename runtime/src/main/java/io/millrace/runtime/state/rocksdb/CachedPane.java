package io.millrace.runtime.state.rocksdb;

/** A pane and its table. Owned by the task thread. */
final class CachedPane<A> {
  private final long start;
  private final CachedCursor<A> entries;
  private boolean dropped;

  CachedPane(long start, CachedCursor<A> entries) {
    this.start = start;
    this.entries = entries;
  }

  long start() {
    return start;
  }

  CachedCursor<A> entries() {
    return entries;
  }

  CachedTable<A> table() {
    return entries.table();
  }

  void drop() {
    dropped = true;
  }

  boolean isDropped() {
    return dropped;
  }
}

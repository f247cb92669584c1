package io.millrace.runtime.state.rocksdb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A cut on its way into the database: the tables that have entries of it, and what has to wait
 * until it was taken there or nobody wants it any more. A table that is dropped meanwhile stays
 * until then. Owned by the task thread.
 */
final class PendingCut {
  private final Deque<CachedTable<?>> tables = new ArrayDeque<>();
  private final List<Runnable> afterwards = new ArrayList<>();
  private final DatabaseCut cut;
  private boolean written;

  PendingCut(List<CachedTable<?>> all, DatabaseCut cut) {
    for (CachedTable<?> table : all) {
      if (table.beginCut()) {
        tables.add(table);
      }
    }
    this.cut = cut;
  }

  /**
   * Collects a share of its entries.
   *
   * @return whether more are left
   */
  boolean collect(Share share) {
    while (!tables.isEmpty()) {
      CachedTable<?> table = tables.peek();
      if (!table.isWholeInCut()) {
        if (share.isSpent()) {
          break;
        }
        table.clean(share);
      }
      if (table.isWholeInCut()) {
        tables.remove();
      }
    }
    return !tables.isEmpty();
  }

  /** Does something to the database after the cut was taken. */
  void afterwards(Runnable action) {
    afterwards.add(action);
  }

  /** The database has all that was collected, and nothing newer. */
  void written() {
    if (!written) {
      written = true;
      cut.written();
    }
  }

  /** Whether the database may get what is newer: the cut was taken, or nobody wants it any more. */
  boolean isOver() {
    return cut.isAbandoned() || written && cut.isTaken();
  }

  /** Takes the cut now, after it was written, without files if they were not made yet. */
  void takeAtOnce() {
    cut.takeView();
  }

  void over() {
    afterwards.forEach(Runnable::run);
    cut.over();
  }
}

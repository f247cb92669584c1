package io.millrace.runtime.state.rocksdb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A cut on its way into the database: the tables that have entries of it, and what has to wait
 * until it was taken there. A table that is dropped meanwhile stays until then. Owned by the task
 * thread.
 */
final class PendingCut {
  /** Of one chunk, so that large values don't make it long. */
  private static final int CHUNK_BYTES = 1 << 20;

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
   * Collects up to {@code max} entries.
   *
   * @return whether more are left
   */
  boolean collect(int max) {
    int left = max;
    while (!tables.isEmpty() && left > 0) {
      CachedTable<?> table = tables.peek();
      int most = Math.min(left, 1 + CHUNK_BYTES / table.averageBytes());
      int collected = table.isWholeInCut() ? 0 : table.clean(most);
      left -= collected;
      if (table.isWholeInCut()) {
        tables.remove();
      } else if (most < left + collected) {
        break; // large values
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

  boolean isTaken() {
    return cut.isTaken();
  }

  /** Takes the cut now, if nobody has. */
  void take() {
    cut.take();
  }

  void over() {
    afterwards.forEach(Runnable::run);
  }
}

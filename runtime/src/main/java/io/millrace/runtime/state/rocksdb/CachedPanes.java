package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.heap.EntryCursor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/** The panes of a state, ascending by start; few at a time. Owned by the task thread. */
public final class CachedPanes<A> implements AutoCloseable {
  private final ObjectCache cache;
  private final LongFunction<CachedCursor<A>> tables;
  private final TypeSerializer<A> serializer;
  private final boolean copied;
  private final List<CachedPane<A>> panes = new ArrayList<>();
  private final Set<CachedPaneCursor<A>> walks = new HashSet<>();
  private CachedPane<A> last;

  /**
   * @param tables makes the table of the pane that begins then
   * @param copied whether accumulators are mutable objects
   */
  CachedPanes(
      ObjectCache cache,
      LongFunction<CachedCursor<A>> tables,
      TypeSerializer<A> serializer,
      boolean copied) {
    this.cache = cache;
    this.tables = tables;
    this.serializer = serializer;
    this.copied = copied;
  }

  /** The current key's place in a pane, or {@code null} if there is no such pane. */
  public EntryCursor<A> find(long start) {
    CachedPane<A> pane = pane(start);
    return pane == null ? null : pane.entries();
  }

  /** The same, made if it isn't there. */
  public EntryCursor<A> findOrCreate(long start) {
    CachedPane<A> pane = pane(start);
    if (pane == null) {
      pane = new CachedPane<>(start, tables.apply(start));
      panes.add(-1 - search(start), pane);
      cache.add(pane.table());
      last = pane;
    }
    return pane.entries();
  }

  /** The value of an entry that was found, which may be changed in place to be stored again. */
  public A accumulator(EntryCursor<A> found) {
    A accumulator = found.load();
    return copied && !found.isOwned() ? serializer.copy(accumulator) : accumulator;
  }

  /** A pane that the database has already. */
  void adopt(long start, long keys) {
    findOrCreate(start);
    pane(start).table().adopt(keys);
  }

  public boolean contains(long start) {
    return pane(start) != null;
  }

  public long size(long start) {
    CachedPane<A> pane = pane(start);
    return pane == null ? 0 : pane.table().size();
  }

  public long[] starts() {
    return panes.stream().mapToLong(CachedPane::start).toArray();
  }

  public void drop(long start) {
    CachedPane<A> pane = pane(start);
    if (pane == null) {
      return;
    }
    pane.drop();
    panes.remove(pane);
    last = null;
    cache.drop(pane.table());
    cache.afterCut(
        () -> {
          if (pane.table().store().isWritten()) {
            byte[] prefix = pane.table().store().keys().ofTable();
            cache.database().deleteRange(prefix, StoreKeys.behind(prefix));
          }
        });
  }

  /** Starts a walk over a pane; an absent one has no entries. */
  public PaneCursor<A> cursor(long start) {
    CachedPane<A> pane = pane(start);
    CachedPaneCursor<A> walk =
        new CachedPaneCursor<>(
            pane == null ? new CachedPane<>(start, tables.apply(start)) : pane,
            cache,
            this::accumulator,
            walks::remove);
    walks.add(walk);
    return walk;
  }

  List<CachedPane<A>> all() {
    return panes;
  }

  private CachedPane<A> pane(long start) {
    // A record goes to the pane of the one before it nearly always.
    CachedPane<A> recent = last;
    if (recent != null && recent.start() == start) {
      return recent;
    }
    int at = search(start);
    if (at < 0) {
      return null;
    }
    last = panes.get(at);
    return last;
  }

  private int search(long start) {
    int low = 0;
    int high = panes.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Long.compare(panes.get(middle).start(), start);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  /** Ends the walks, which hold views of the database. */
  @Override
  public void close() {
    List.copyOf(walks).forEach(CachedPaneCursor::close);
  }
}

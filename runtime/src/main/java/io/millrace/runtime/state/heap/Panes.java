package io.millrace.runtime.state.heap;

import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState.Merger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The panes of a state, ascending by start; few at a time. Owned by the task thread. */
public final class Panes<A> {
  /** Entries that are merged within a step's time: it isn't looked at meanwhile. */
  static final int MOST_MERGED_AT_ONCE = 1 << 14;

  private final Supplier<TableCursor<A>> tables;
  private final List<Pane<A>> panes = new ArrayList<>();
  private Pane<A> last;
  private int lastAt;

  Panes(Supplier<TableCursor<A>> tables) {
    this.tables = tables;
  }

  /** The current key's place in a pane, or {@code null} if there is no such pane. */
  public TableCursor<A> find(long start) {
    Pane<A> pane = pane(start);
    return pane == null ? null : pane.entries();
  }

  /** The same, made if it isn't there. */
  public TableCursor<A> findOrCreate(long start) {
    Pane<A> pane = pane(start);
    if (pane == null) {
      pane = new Pane<>(start, tables.get());
      lastAt = -1 - search(start);
      panes.add(lastAt, pane);
      last = pane;
    }
    return pane.entries();
  }

  /** Removes the current key's entry in a pane. */
  public void removeEntry(long start) {
    Pane<A> pane = pane(start);
    if (pane != null) {
      pane.remove();
    }
  }

  public boolean contains(long start) {
    return pane(start) != null;
  }

  public long size(long start) {
    Pane<A> pane = pane(start);
    return pane == null ? 0 : pane.table().size();
  }

  public long[] starts() {
    return panes.stream().mapToLong(Pane::start).toArray();
  }

  public void drop(long start) {
    Pane<A> pane = pane(start);
    if (pane != null) {
      pane.drop();
      panes.remove(pane);
      last = null;
    }
  }

  /** Starts a walk over a pane; an absent one has no entries. */
  public PaneCursor<A> cursor(
      long start, CurrentKey key, TypeSerializer<A> serializer, boolean copied) {
    Pane<A> pane = pane(start);
    return new HeapPaneCursor<>(
        pane == null ? new Pane<>(start, tables.get()) : pane, key, serializer, copied);
  }

  /** Whether a key group of panes has so few entries that they may be merged in one go. */
  public boolean areSmall(long[] starts, int from, int to) {
    long entries = 0;
    int groups = 1;
    for (int i = from; i < to; i++) {
      Pane<A> pane = pane(starts[i]);
      if (pane != null) {
        entries += pane.table().size();
        groups = pane.table().groups();
      }
    }
    return entries / groups <= MOST_MERGED_AT_ONCE;
  }

  /** Starts a walk over the keys of panes; absent ones have none. */
  public PaneCursor<A> merged(long[] starts, int from, int to, Merger<A> merger, CurrentKey key) {
    List<Pane<A>> walked = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      Pane<A> pane = pane(starts[i]);
      if (pane != null) {
        walked.add(pane);
      }
    }
    return new HeapPaneMerge<>(walked, merger, key);
  }

  List<Pane<A>> all() {
    return panes;
  }

  private Pane<A> pane(long start) {
    // A record goes to the pane of the one before it nearly always.
    Pane<A> recent = last;
    if (recent != null && recent.start() == start) {
      return recent;
    }
    // And a window that fires asks for its panes in their order.
    int at = lastAt + 1;
    if (at >= panes.size() || panes.get(at).start() != start) {
      at = search(start);
      if (at < 0) {
        return null;
      }
    }
    last = panes.get(at);
    lastAt = at;
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
}

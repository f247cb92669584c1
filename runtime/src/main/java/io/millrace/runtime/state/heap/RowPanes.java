package io.millrace.runtime.state.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** The panes of a state of rows, ascending by start. Owned by the task thread. */
public final class RowPanes<T> {
  private final LongFunction<RowPane<T>> maker;
  private final List<RowPane<T>> panes = new ArrayList<>();
  private RowPane<T> last;

  RowPanes(LongFunction<RowPane<T>> maker) {
    this.maker = maker;
  }

  /** The pane, or {@code null}. */
  public RowPane<T> find(long start) {
    // A record goes to the pane of the one before it nearly always.
    RowPane<T> recent = last;
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

  /** The pane, made if it isn't there. */
  public RowPane<T> findOrCreate(long start) {
    RowPane<T> pane = find(start);
    if (pane == null) {
      pane = maker.apply(start);
      panes.add(-1 - search(start), pane);
      last = pane;
    }
    return pane;
  }

  public void drop(long start) {
    int at = search(start);
    if (at >= 0) {
      panes.remove(at);
      last = null;
    }
  }

  public long[] starts() {
    return panes.stream().mapToLong(RowPane::start).toArray();
  }

  List<RowPane<T>> all() {
    return panes;
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

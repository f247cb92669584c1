package io.millrace.runtime.state;

/**
 * Merges panes key by key, looking each key up in the other panes: needs no memory, and works on
 * any backend. A key is visited in the first pane that has it.
 */
final class MergedPaneWalk<A> implements PaneCursor<A> {
  private final PanedState<A> panes;
  private final long[] starts;
  private final PanedState.Merger<A> merger;
  private PaneCursor<A> walk;
  private int walked;
  private boolean closed;

  MergedPaneWalk(PanedState<A> panes, long[] starts, PanedState.Merger<A> merger) {
    this.panes = panes;
    this.starts = starts;
    this.merger = merger;
    this.walk = panes.cursor(starts[0]);
  }

  @Override
  public boolean advance() {
    while (!closed) {
      while (walk.advance()) {
        if (!isInEarlierPane()) {
          return true;
        }
      }
      walked++;
      if (walked == starts.length) {
        close();
      } else {
        walk = panes.cursor(starts[walked]);
      }
    }
    return false;
  }

  private boolean isInEarlierPane() {
    for (int i = 0; i < walked; i++) {
      if (panes.get(starts[i]) != null) {
        return true;
      }
    }
    return false;
  }

  @Override
  public A accumulator() {
    A merged = merger.first(walk.accumulator());
    for (int i = walked + 1; i < starts.length; i++) {
      A other = panes.get(starts[i]);
      if (other != null) {
        merged = merger.merge(merged, other);
      }
    }
    return merged;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      walk.close();
    }
  }
}

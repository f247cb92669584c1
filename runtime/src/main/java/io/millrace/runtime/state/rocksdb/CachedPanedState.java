package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.heap.EntryCursor;

/** Panes in a cache over a database. */
public final class CachedPanedState<A> implements PanedState<A> {
  private final CachedPanes<A> panes;

  public CachedPanedState(CachedPanes<A> panes) {
    this.panes = panes;
  }

  @Override
  public A get(long pane) {
    EntryCursor<A> entry = panes.find(pane);
    return entry == null || !entry.find() ? null : panes.accumulator(entry);
  }

  @Override
  public void put(long pane, A accumulator) {
    panes.findOrCreate(pane).store(accumulator);
  }

  @Override
  public void remove(long pane) {
    EntryCursor<A> entry = panes.find(pane);
    if (entry != null) {
      entry.remove();
    }
  }

  @Override
  public boolean contains(long pane) {
    return panes.contains(pane);
  }

  @Override
  public long[] panes() {
    return panes.starts();
  }

  @Override
  public long size(long pane) {
    return panes.size(pane);
  }

  @Override
  public PaneCursor<A> cursor(long pane) {
    return panes.cursor(pane);
  }

  @Override
  public void drop(long pane) {
    panes.drop(pane);
  }
}

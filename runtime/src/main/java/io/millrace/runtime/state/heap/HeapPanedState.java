package io.millrace.runtime.state.heap;

import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;

/** Panes on the heap. An accumulator that a cut needs is handed out as a copy. */
public final class HeapPanedState<A> implements PanedState<A> {
  private final Panes<A> panes;
  private final CurrentKey key;
  private final TypeSerializer<A> serializer;
  private final boolean copied;

  /**
   * @param copied whether the tables keep mutable objects
   */
  public HeapPanedState(
      Panes<A> panes, CurrentKey key, TypeSerializer<A> serializer, boolean copied) {
    this.panes = panes;
    this.key = key;
    this.serializer = serializer;
    this.copied = copied;
  }

  @Override
  public A get(long pane) {
    TableCursor<A> entry = panes.find(pane);
    if (entry == null || !entry.find()) {
      return null;
    }
    A accumulator = entry.load();
    return copied && !entry.isOwned() ? serializer.copy(accumulator) : accumulator;
  }

  @Override
  public void put(long pane, A accumulator) {
    panes.findOrCreate(pane).store(accumulator);
  }

  @Override
  public void remove(long pane) {
    panes.removeEntry(pane);
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
    return panes.cursor(pane, key, serializer, copied);
  }

  @Override
  public PaneCursor<A> merged(long[] starts, int from, int to, Merger<A> merger) {
    return panes.areSmall(starts, from, to)
        ? panes.merged(starts, from, to, merger, key)
        : PanedState.super.merged(starts, from, to, merger);
  }

  @Override
  public void drop(long pane) {
    panes.drop(pane);
  }
}

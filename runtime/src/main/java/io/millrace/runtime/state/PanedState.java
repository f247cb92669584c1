package io.millrace.runtime.state;

import java.util.Arrays;

/**
 * Accumulators of windows: one a key and pane, where a pane is a stretch of time that begins at a
 * given millisecond. Each pane has tables of its own, so that it is dropped at once and its keys
 * are walked sequentially.
 *
 * @param <A> accumulator; the operator that gets one may change it, and must put it back then
 */
public interface PanedState<A> {
  /** The current key's accumulator, or {@code null}. */
  A get(long pane);

  /** Sets the current key's accumulator, which belongs to the state from then on. */
  void put(long pane, A accumulator);

  /** Removes the current key's accumulator; the pane stays. */
  void remove(long pane);

  /** Whether any key has put into the pane since it was last dropped. */
  boolean contains(long pane);

  /** The panes there are, ascending. */
  long[] panes();

  /** Number of keys in a pane. */
  long size(long pane);

  /** Starts a walk over the pane's keys; an absent pane has none. */
  PaneCursor<A> cursor(long pane);

  /**
   * Starts a walk over the keys of several panes, each key once, with its accumulators merged from
   * the first pane to the last. It visits the entries there were at its start; none may be put or
   * removed until it ends.
   *
   * @param starts of panes, ascending; those from {@code from} to {@code to}, that one excluded,
   *     take part
   */
  default PaneCursor<A> merged(long[] starts, int from, int to, Merger<A> merger) {
    return new MergedPaneWalk<>(this, Arrays.copyOfRange(starts, from, to), merger);
  }

  /** Makes one accumulator of those of several panes, changing none of them. */
  interface Merger<A> {
    /** What the key's first accumulator goes on as. */
    A first(A stored);

    /** The key's accumulators so far, and one more of them. */
    A merge(A merged, A stored);
  }

  /** Removes a pane with all its keys; nothing happens if there is none. */
  void drop(long pane);
}

package io.millrace.runtime.state;

/**
 * Rows of windows and joins: any number a key and pane, where a pane is a stretch of time that
 * begins at a given millisecond. Rows are only ever added, and go with their pane, so that adding
 * one costs no look at those before it.
 *
 * @param <T> row; one that is mutable belongs to the state once added, and is read as a copy
 */
public interface PanedRows<T> {
  /**
   * Adds a row for the current key.
   *
   * @param mark what the operator wants to know of the row beside its content, such as its
   *     timestamp or the number of its arrival
   */
  void add(long pane, T row, long mark);

  /** Whether the current key has rows in a pane. */
  boolean contains(long pane);

  /**
   * Appends the current key's rows in a pane whose marks are in a range to a list, in the order in
   * which they were added.
   *
   * @param fromMark inclusive
   * @param toMark inclusive
   */
  void read(long pane, long fromMark, long toMark, RowList<? super T> into);

  /** The panes there are, ascending. */
  long[] panes();

  /** Number of keys in a pane. */
  long size(long pane);

  /**
   * Starts a walk over the keys of a pane, which may be continued at any later step; an absent pane
   * has none. Keys that are added meanwhile may or may not be met.
   */
  KeyWalk keys(long pane);

  /** Removes a pane with all its rows; nothing happens if there is none. */
  void drop(long pane);

  /** A walk over keys. */
  interface KeyWalk {
    /** Makes the next key the backend's current one; false if there is none. */
    boolean advance();
  }
}

package io.millrace.runtime.state;

/**
 * A walk over the keys of a pane that may be continued at any later step. It visits each entry
 * there was at its start exactly once, in the state of the moment of its visit; one that was
 * removed or put meanwhile may or may not be visited. Each {@link #advance} that succeeds makes the
 * entry's key the backend's current key.
 */
public interface PaneCursor<A> extends AutoCloseable {
  /** Goes to the next entry; false, and the cursor is closed, if there is none. */
  boolean advance();

  /** The accumulator of the entry. */
  A accumulator();

  @Override
  void close();
}

package io.millrace.runtime.state;

import java.util.Optional;

/**
 * Timers of one time domain: one a key, namespace and timestamp (invariant KG4), in the order of
 * their timestamps, then of key group and registration. Firing is resumable: the caller polls one
 * timer at a time, and what it registers meanwhile takes its place in the order.
 */
public interface TimerQueue<N> {
  /**
   * Registers a timer of the current key.
   *
   * @return false if there is that timer already
   */
  boolean register(long timestamp, N namespace);

  /**
   * Deletes a timer of the current key.
   *
   * @return false if there is none
   */
  boolean delete(long timestamp, N namespace);

  /** The timestamp of the first timer; {@link Long#MAX_VALUE} if {@link #isEmpty}. */
  long peekTimestamp();

  boolean isEmpty();

  /** Removes and returns the first timer if its timestamp is not after {@code time}. */
  Optional<Timer<N>> pollDue(long time);

  long size();
}

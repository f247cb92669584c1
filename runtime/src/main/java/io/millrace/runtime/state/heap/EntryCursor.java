package io.millrace.runtime.state.heap;

/**
 * The current key's entry in one state, looked up once a key, wherever entries are. What the
 * handles of users' states work with. Owned by the task thread.
 */
public interface EntryCursor<V> {
  /** Whether there is an entry that has not expired. */
  boolean find();

  /** The value of the entry that {@link #find} found. */
  V load();

  /** Whether that value may be changed in place, to be stored again: no cut needs it. */
  boolean isOwned();

  /** Renews a found entry's time to live if reads do. */
  void touch();

  /** Stores the current key's value, whether or not it had one. */
  void store(V value);

  /** Stores a value that was restored with the time of its last update. */
  void restore(V value, long time);

  /** Removes the current key's entry; nothing happens if there is none. */
  void remove();

  /** Milliseconds since the epoch. */
  long now();

  /** The time to live; 0 if there is none. */
  long ttlMillis();

  boolean renewedByReads();

  boolean isExpired(long time);
}

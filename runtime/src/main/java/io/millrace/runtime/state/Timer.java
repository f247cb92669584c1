package io.millrace.runtime.state;

/**
 * A timer that is due: make its key current with {@link KeyedStateBackend#setCurrentKey(Timer)}.
 */
public interface Timer<N> {
  /** When it is due, in milliseconds since the epoch. */
  long timestamp();

  N namespace();

  /** The hash of the key. */
  int hash();

  /** The key if keys are integers. */
  long longKey();

  /** The key if keys are objects. */
  Object objectKey();
}

package io.millrace.runtime.state;

import io.millrace.core.state.KeyedStateStore;

/** Keyed state of one subtask. Only for the thread that steps it. */
public interface KeyedStateBackend<K> extends KeyedStateStore, AutoCloseable {
  /** For keys that are not integers; the hash is the {@link io.millrace.core.types.KeyCodec}'s. */
  void setCurrentKey(K key, int hash);

  /** For integer keys: no boxing on the hot path. */
  void setCurrentLongKey(long key, int hash);

  K currentKey();

  KeyGroupRange keyGroups();

  int maxParallelism();

  @Override
  void close();
}

package io.millrace.core.state;

import java.util.Locale;

/** Where keyed state lives while a job runs. Checkpoints of both are the same. */
public enum StateBackend {
  /** In memory: the fastest, and the heap is the limit. */
  HEAP,

  /** In RocksDB on the TaskManager's disk, under a cache in memory. */
  ROCKSDB;

  /** As it stands in the configuration. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException if the text names none
   */
  public static StateBackend parse(String text) {
    for (StateBackend backend : values()) {
      if (backend.toString().equals(text.strip().toLowerCase(Locale.ROOT))) {
        return backend;
      }
    }
    throw new IllegalArgumentException("is neither heap nor rocksdb");
  }
}

package io.millrace.runtime.state.rocksdb;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.StateOptions;

/**
 * Memory of all RocksDB state of a process, and how much is written at a time.
 *
 * @param cacheBytes of the object caches together; 0 keeps nothing longer than it is used
 * @param blockCacheBytes of blocks, indexes, filters and write buffers of all databases together
 * @param writeBufferBytes the part of it that write buffers may take
 * @param dirtyEntries how many entries of a subtask's cache may be newer than its database
 * @param chunk how many entries are written, or leave the cache, at a time between two batches
 * @param spareBytes how much more than its part of {@code cacheBytes} an object cache may hold, for
 *     a moment, while a checkpoint's files are made; or an eighth of its part, if that is more
 * @param incremental whether checkpoints may have files in common
 */
public record RocksDbSettings(
    long cacheBytes,
    long blockCacheBytes,
    long writeBufferBytes,
    int dirtyEntries,
    int chunk,
    long spareBytes,
    boolean incremental) {
  /** Sorted together, neighbours cost a quarter less than in batches of 512. */
  static final int CHUNK = DirtyBatch.MAX_ENTRIES;

  /** What comes in some tenths of a second, in which a write buffer is flushed. */
  static final long SPARE_BYTES = 4 << 20;

  public RocksDbSettings {
    if (cacheBytes < 0
        || blockCacheBytes <= 0
        || writeBufferBytes <= 0
        || dirtyEntries < 1
        || chunk < 1
        || spareBytes < 0) {
      throw new IllegalArgumentException(
          "Sizes must be positive: "
              + cacheBytes
              + ", "
              + blockCacheBytes
              + ", "
              + writeBufferBytes
              + ", "
              + dirtyEntries
              + ", "
              + chunk
              + ", "
              + spareBytes);
    }
  }

  public static RocksDbSettings of(Configuration configuration) {
    return new RocksDbSettings(
        configuration.get(StateOptions.CACHE_MEMORY).bytes(),
        configuration.get(StateOptions.BLOCK_CACHE).bytes(),
        configuration.get(StateOptions.WRITE_BUFFERS).bytes(),
        configuration.get(StateOptions.DIRTY_ENTRIES),
        CHUNK,
        SPARE_BYTES,
        configuration.get(CheckpointOptions.INCREMENTAL));
  }
}

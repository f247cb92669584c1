package io.millrace.runtime.state.rocksdb;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.StateOptions;

/**
 * Memory of all RocksDB state of a process, how much is written at a time, and how its databases
 * are set up.
 *
 * @param dirtyEntries how many entries of a subtask's cache may be newer than its database
 * @param chunk how many entries are written, or leave the cache, at a time between two batches
 * @param incremental whether checkpoints may have files in common
 */
public record RocksDbSettings(
    Memory memory, int dirtyEntries, int chunk, boolean incremental, RocksDbTuning tuning) {
  /** Sorted together, neighbours cost a quarter less than in batches of 512. */
  static final int CHUNK = DirtyBatch.MAX_ENTRIES;

  /** What comes in some tenths of a second, in which a write buffer is flushed. */
  static final long SPARE_BYTES = 4 << 20;

  /**
   * Bytes for all state of a process together.
   *
   * @param cacheBytes of the object caches; 0 keeps nothing longer than it is used
   * @param blockCacheBytes of blocks, indexes, filters and write buffers of all databases
   * @param writeBufferBytes the part of it that write buffers may take
   * @param spareBytes how much more than its part of {@code cacheBytes} an object cache may hold,
   *     for a moment, while a checkpoint's files are made; or an eighth of its part, if that is
   *     more
   */
  public record Memory(
      long cacheBytes, long blockCacheBytes, long writeBufferBytes, long spareBytes) {
    public Memory {
      if (cacheBytes < 0 || blockCacheBytes <= 0 || writeBufferBytes <= 0 || spareBytes < 0) {
        throw new IllegalArgumentException(
            "Sizes must be positive: "
                + cacheBytes
                + ", "
                + blockCacheBytes
                + ", "
                + writeBufferBytes
                + ", "
                + spareBytes);
      }
    }
  }

  public RocksDbSettings {
    if (dirtyEntries < 1 || chunk < 1) {
      throw new IllegalArgumentException(
          "Numbers of entries must be positive: " + dirtyEntries + ", " + chunk);
    }
  }

  /** With databases as the profile for SSDs has them. */
  public RocksDbSettings(
      long cacheBytes,
      long blockCacheBytes,
      long writeBufferBytes,
      int dirtyEntries,
      int chunk,
      long spareBytes,
      boolean incremental) {
    this(
        new Memory(cacheBytes, blockCacheBytes, writeBufferBytes, spareBytes),
        dirtyEntries,
        chunk,
        incremental,
        RocksDbTuning.DEFAULT);
  }

  public static RocksDbSettings of(Configuration configuration) {
    return new RocksDbSettings(
        new Memory(
            configuration.get(StateOptions.CACHE_MEMORY).bytes(),
            configuration.get(StateOptions.BLOCK_CACHE).bytes(),
            configuration.get(StateOptions.WRITE_BUFFERS).bytes(),
            SPARE_BYTES),
        configuration.get(StateOptions.DIRTY_ENTRIES),
        CHUNK,
        configuration.get(CheckpointOptions.INCREMENTAL),
        RocksDbTuning.of(configuration));
  }
}

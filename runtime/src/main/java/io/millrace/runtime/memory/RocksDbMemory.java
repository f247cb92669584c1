package io.millrace.runtime.memory;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.StateOptions;
import io.millrace.core.state.StateBackend;

/**
 * What RocksDB state has of a TaskManager's memory.
 *
 * @param blockCache beside the heap: a part of the plan
 * @param writeBuffers at most so much of that
 * @param objects at most so much of the heap
 */
record RocksDbMemory(MemorySize blockCache, MemorySize writeBuffers, MemorySize objects) {
  static final RocksDbMemory NONE =
      new RocksDbMemory(new MemorySize(0), new MemorySize(0), new MemorySize(0));

  /**
   * @throws ConfigurationException if what was set does not fit into heap and block cache
   */
  static RocksDbMemory of(Configuration configuration, MemorySize heap, MemorySize blockCache) {
    MemorySize buffers =
        configuration
            .find(StateOptions.WRITE_BUFFERS)
            .orElse(new MemorySize(blockCache.bytes() / 2));
    if (buffers.bytes() > blockCache.bytes()) {
      throw doesNotFit(
          StateOptions.WRITE_BUFFERS.key(),
          buffers,
          "the block cache",
          blockCache,
          StateOptions.BLOCK_CACHE.key());
    }
    // With another backend it is for jobs that ask for RocksDB in their program.
    boolean isBackend = configuration.get(StateOptions.BACKEND) == StateBackend.ROCKSDB;
    long byDefault = isBackend ? heap.bytes() / 5 * 2 : heap.bytes() / 8;
    MemorySize objects =
        configuration.find(StateOptions.CACHE_MEMORY).orElse(new MemorySize(byDefault));
    if (objects.bytes() > heap.bytes() / 4 * 3) {
      throw doesNotFit(
          StateOptions.CACHE_MEMORY.key(),
          objects,
          "three quarters of the heap",
          heap,
          MemoryOptions.HEAP.key());
    }
    return new RocksDbMemory(blockCache, buffers, objects);
  }

  private static ConfigurationException doesNotFit(
      String option, MemorySize size, String what, MemorySize limit, String other) {
    return new ConfigurationException(
        option
            + " = "
            + size
            + " is more than "
            + what
            + ", which has "
            + limit
            + ". Lower it, or raise "
            + other
            + " or "
            + MemoryOptions.PROCESS_MEMORY.key());
  }

  /** The configuration with these sizes set. */
  Configuration appliedTo(Configuration configuration) {
    return configuration
        .with(StateOptions.BLOCK_CACHE, blockCache.toString())
        .with(StateOptions.WRITE_BUFFERS, writeBuffers.toString())
        .with(StateOptions.CACHE_MEMORY, objects.toString());
  }
}

package io.millrace.core.config;

import io.millrace.core.state.StateBackend;
import java.util.List;

/** Keyed state: where it lives while a job runs. */
public final class StateOptions {
  public static final ConfigOption<StateBackend> BACKEND =
      new ConfigOption<>(
          "state.backend",
          "heap or rocksdb",
          StateBackend::parse,
          "heap",
          "Where jobs that say nothing keep keyed state: 'heap' is fastest and limited by memory, "
              + "'rocksdb' is on the TaskManager's disk under a cache.");
  public static final ConfigOption<MemorySize> CACHE_MEMORY =
      ConfigOption.memory(
          "state.rocksdb.cache-memory",
          "128 MiB",
          "Heap of a TaskManager for what was used last of RocksDB state, divided among the "
              + "operators that have some. An estimate, and while a checkpoint is made each may have "
              + "an eighth or 4 MiB more. If it is not set, two fifths of a TaskManager's heap if "
              + "state.backend is rocksdb, else an eighth.");
  public static final ConfigOption<MemorySize> BLOCK_CACHE =
      ConfigOption.memory(
          "state.rocksdb.block-cache",
          "128 MiB",
          "Memory beside the heap for blocks, indexes, filters and write buffers of all RocksDB "
              + "databases of a TaskManager. If it is not set, two fifths of what process.memory leaves "
              + "for it and the heap if state.backend is rocksdb, else 15 %.");
  public static final ConfigOption<MemorySize> WRITE_BUFFERS =
      ConfigOption.memory(
          "state.rocksdb.write-buffers",
          "64 MiB",
          "The part of state.rocksdb.block-cache that write buffers may take. If it is not set, half "
              + "of it.");
  public static final ConfigOption<Integer> DIRTY_ENTRIES =
      ConfigOption.integer(
          "state.rocksdb.dirty-entries",
          1,
          Integer.MAX_VALUE,
          "1048576",
          "Entries of an operator's cache that may be newer than its database, not counting those "
              + "that become so while a checkpoint is made. A checkpoint writes them between batches "
              + "and is not done before; more mean fewer writes of keys that come again.");

  public static final ConfigOption<RocksDbProfile> PROFILE =
      new ConfigOption<>(
          "state.rocksdb.profile",
          "ssd, spinning or memory",
          RocksDbProfile::parse,
          "ssd",
          "What taskmanager.work-directory is on, where RocksDB's databases are: an SSD, a disk that "
              + "turns, or a file system in memory. [memory.md](memory.md) says what each sets.");
  public static final ConfigOption<String> ROCKSDB_OPTIONS =
      ConfigOption.string(
          "state.rocksdb.options",
          "",
          "RocksDB's own options, over those of the profile, in RocksDB's form: name=value, "
              + "separated by semicolons, those of tables as block_based_table_factory={name=value}.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "State",
          "Keyed state while a job runs; checkpoints are in the section above.",
          List.of(
              BACKEND,
              CACHE_MEMORY,
              BLOCK_CACHE,
              WRITE_BUFFERS,
              DIRTY_ENTRIES,
              PROFILE,
              ROCKSDB_OPTIONS));

  private StateOptions() {}
}

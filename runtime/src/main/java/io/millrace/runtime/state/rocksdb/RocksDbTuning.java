package io.millrace.runtime.state.rocksdb;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.RocksDbProfile;
import io.millrace.core.config.StateOptions;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How databases are set up: RocksDB's options by their names, those of a profile and over them
 * those that were set.
 */
public final class RocksDbTuning {
  /** For SSDs, nothing set. */
  public static final RocksDbTuning DEFAULT = new RocksDbTuning(RocksDbProfile.SSD, "");

  /** What the engine depends on, and what to do instead. */
  private static final Map<String, String> REFUSED = refused();

  private final SortedMap<String, String> options;

  private RocksDbTuning(RocksDbProfile profile, String text) {
    SortedMap<String, String> all = new TreeMap<>(ofAll());
    all.putAll(of(profile));
    SortedMap<String, String> set = OptionsText.parse(text);
    set.forEach(RocksDbTuning::refuse);
    String tables = join(all.get(TableSettings.NAME), set.get(TableSettings.NAME));
    all.putAll(set);
    if (!tables.isEmpty()) {
      all.put(TableSettings.NAME, tables);
    }
    this.options = all;
  }

  /**
   * What a configuration says. Loads nothing native: names and values that RocksDB has to judge are
   * looked at by {@link #check}.
   *
   * @throws io.millrace.core.config.ConfigurationException naming the option that can't be set
   */
  public static RocksDbTuning of(Configuration configuration) {
    return new RocksDbTuning(
        configuration.get(StateOptions.PROFILE), configuration.get(StateOptions.ROCKSDB_OPTIONS));
  }

  /**
   * Asks RocksDB, whose library it loads, for every option.
   *
   * @throws io.millrace.core.config.ConfigurationException naming the first one that RocksDB
   *     doesn't know, or can't read the value of
   */
  public void check() {
    DatabaseOptions.check(this);
  }

  /** By name; values in braces are without them. */
  SortedMap<String, String> options() {
    return options;
  }

  private static Map<String, String> ofAll() {
    return Map.of(
        "info_log_level", "ERROR_LEVEL",
        "keep_log_file_num", "1",
        "max_open_files", "256",
        "max_background_jobs", "2",
        // There is one writer.
        "allow_concurrent_memtable_write", "false",
        "paranoid_checks", "true");
  }

  private static Map<String, String> of(RocksDbProfile profile) {
    return switch (profile) {
      case SSD -> Map.of("compression", "kLZ4Compression");
      // A seek takes as long as reading a megabyte: blocks that are worth it, fewer files and
      // levels, and writes that the system does not hoard.
      case SPINNING ->
          Map.of(
              "compression",
              "kLZ4Compression",
              "target_file_size_base",
              Long.toString(256L << 20),
              "max_bytes_for_level_base",
              Long.toString(1L << 30),
              "bytes_per_sync",
              Long.toString(4L << 20),
              TableSettings.NAME,
              "block_size=" + (32 << 10));
      // What is read is in memory already: unpacking it and looking through it is all there is.
      case MEMORY ->
          Map.of("compression", "kNoCompression", TableSettings.NAME, "block_restart_interval=8");
    };
  }

  private static String join(String first, String second) {
    if (first == null || second == null) {
      return first == null ? (second == null ? "" : second) : first;
    }
    // What was set wins: the parser refuses a name that is there twice.
    SortedMap<String, String> joined = new TreeMap<>(OptionsText.parse(first));
    joined.putAll(OptionsText.parse(second));
    StringBuilder text = new StringBuilder();
    joined.forEach((name, value) -> text.append(name).append('=').append(value).append(';'));
    return text.toString();
  }

  private static void refuse(String name, String value) {
    String reason = REFUSED.get(name);
    if (reason == null && value.equals("kCompactionStyleFIFO")) {
      reason = "it deletes the oldest state";
    }
    if (reason != null) {
      throw OptionsText.malformed(name + "=" + value, reason);
    }
  }

  private static Map<String, String> refused() {
    String ownMemory = "the memory of all databases is set by state.rocksdb.";
    String snapshots = "checkpoints could not read what it writes";
    String place = "databases are in taskmanager.work-directory";
    String order = "the engine depends on the order of keys and on what is written being kept";
    return Map.ofEntries(
        Map.entry("db_write_buffer_size", ownMemory + "write-buffers"),
        Map.entry("row_cache", ownMemory + "cache-memory"),
        Map.entry("create_if_missing", "the engine opens and makes databases"),
        Map.entry("error_if_exists", "the engine opens and makes databases"),
        Map.entry("create_missing_column_families", "the engine opens and makes databases"),
        Map.entry("avoid_flush_during_shutdown", "the engine closes databases"),
        Map.entry("comparator", order),
        Map.entry("merge_operator", order),
        Map.entry("compaction_filter", order),
        Map.entry("compaction_filter_factory", order),
        Map.entry("inplace_update_support", snapshots),
        Map.entry("unordered_write", snapshots),
        Map.entry("enable_blob_files", snapshots),
        Map.entry("allow_mmap_reads", "what is mapped counts as memory of the process"),
        Map.entry("allow_mmap_writes", "what is mapped counts as memory of the process"),
        Map.entry("db_paths", place),
        Map.entry("cf_paths", place),
        Map.entry("db_log_dir", place),
        Map.entry("wal_dir", place));
  }
}

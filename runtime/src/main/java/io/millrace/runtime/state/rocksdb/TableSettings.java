package io.millrace.runtime.state.rocksdb;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.rocksdb.BlockBasedTableConfig;

/**
 * The options of tables that may be set by their names. RocksDB's own parser can't be used for
 * them: it makes a new table format, which would know nothing of the shared block cache.
 */
final class TableSettings {
  /** Their name among the options of a database. */
  static final String NAME = "block_based_table_factory";

  private static final SortedMap<String, BiConsumer<BlockBasedTableConfig, String>> KNOWN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("block_size", (t, v) -> t.setBlockSize(number(v))),
              Map.entry("block_size_deviation", (t, v) -> t.setBlockSizeDeviation(small(v))),
              Map.entry("block_restart_interval", (t, v) -> t.setBlockRestartInterval(small(v))),
              Map.entry(
                  "index_block_restart_interval",
                  (t, v) -> t.setIndexBlockRestartInterval(small(v))),
              Map.entry("metadata_block_size", (t, v) -> t.setMetadataBlockSize(number(v))),
              Map.entry(
                  "data_block_hash_table_util_ratio",
                  (t, v) -> t.setDataBlockHashTableUtilRatio(Double.parseDouble(v))),
              Map.entry("format_version", (t, v) -> t.setFormatVersion(small(v))),
              Map.entry("whole_key_filtering", (t, v) -> t.setWholeKeyFiltering(truth(v))),
              Map.entry(
                  "optimize_filters_for_memory", (t, v) -> t.setOptimizeFiltersForMemory(truth(v))),
              Map.entry("verify_compression", (t, v) -> t.setVerifyCompression(truth(v))),
              Map.entry("block_align", (t, v) -> t.setBlockAlign(truth(v)))));

  private TableSettings() {}

  /** Sets what a text says: names and values, as {@link OptionsText} has them. */
  static void apply(String text, BlockBasedTableConfig tables) {
    OptionsText.parse(text)
        .forEach(
            (name, value) -> {
              BiConsumer<BlockBasedTableConfig, String> setter = KNOWN.get(name);
              if (setter == null) {
                throw OptionsText.malformed(
                    name,
                    "it can't be set for tables; those that can are "
                        + String.join(", ", KNOWN.keySet()));
              }
              try {
                setter.accept(tables, value);
              } catch (IllegalArgumentException e) {
                throw OptionsText.malformed(name + "=" + value, "it can't have that value");
              }
            });
  }

  private static long number(String value) {
    return Long.parseLong(value);
  }

  private static int small(String value) {
    return Integer.parseInt(value);
  }

  private static boolean truth(String value) {
    return switch (value) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new IllegalArgumentException(value);
    };
  }
}

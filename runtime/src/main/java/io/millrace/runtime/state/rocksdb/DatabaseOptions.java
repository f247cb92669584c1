package io.millrace.runtime.state.rocksdb;

import java.util.Properties;
import java.util.function.Consumer;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.ConfigOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.IndexType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/** How every {@link Database} is set up. */
final class DatabaseOptions {
  private DatabaseOptions() {}

  /**
   * What databases share.
   *
   * @param bufferBytes of one write buffer
   */
  record Memory(Cache blocks, WriteBufferManager buffers, long bufferBytes) {}

  /**
   * For an empty database.
   *
   * @param natives takes what is to be closed after the database, the last first
   */
  static Options make(Memory memory, RocksDbTuning tuning, Consumer<AutoCloseable> natives) {
    BloomFilter bloom = new BloomFilter(10, false);
    natives.accept(bloom);
    Options options = parse(tuning, memory.bufferBytes());
    natives.accept(options);
    return options
        .setCreateIfMissing(true)
        .setErrorIfExists(true)
        .setWriteBufferManager(memory.buffers())
        .setTableFormatConfig(tables(tuning).setBlockCache(memory.blocks()).setFilterPolicy(bloom))
        .setAvoidFlushDuringShutdown(true);
  }

  private static BlockBasedTableConfig tables(RocksDbTuning tuning) {
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig()
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            // In parts: the whole filter of a file of small entries is megabytes, and one that
            // doesn't fit into a shard of the cache is read from disk for every key (seen: 324 us a
            // read in place of 5). Parts of 64 KB, not the default's 4: keys of a batch that fall
            // into one are looked for together, at half the cost.
            .setMetadataBlockSize(64 << 10)
            .setIndexType(IndexType.kTwoLevelIndexSearch)
            .setPartitionFilters(true)
            .setPinTopLevelIndexAndFilter(true)
            // Half as many entries in the indexes as with the default's 4 KB.
            .setBlockSize(8 << 10)
            .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
            .setFormatVersion(5);
    TableSettings.apply(tuning.options().getOrDefault(TableSettings.NAME, ""), tables);
    return tables;
  }

  private static Options parse(RocksDbTuning tuning, long bufferBytes) {
    Properties ofDatabase = new Properties();
    Properties ofFamily = new Properties();
    ofFamily.setProperty("write_buffer_size", Long.toString(bufferBytes));
    try (ConfigOptions strict = new ConfigOptions().setIgnoreUnknownOptions(false)) {
      tuning
          .options()
          .forEach(
              (name, value) -> {
                if (!name.equals(TableSettings.NAME)) {
                  Properties kind = isOfDatabase(strict, name, value) ? ofDatabase : ofFamily;
                  kind.setProperty(name, inBraces(value));
                }
              });
      try (DBOptions database = DBOptions.getDBOptionsFromProps(strict, ofDatabase);
          ColumnFamilyOptions family =
              ColumnFamilyOptions.getColumnFamilyOptionsFromProps(strict, ofFamily)) {
        return new Options(database, family);
      }
    }
  }

  /** Asks for each by itself, as RocksDB doesn't say which of many it can't read. */
  private static boolean isOfDatabase(ConfigOptions strict, String name, String value) {
    Properties alone = new Properties();
    alone.setProperty(name, inBraces(value));
    try (DBOptions database = DBOptions.getDBOptionsFromProps(strict, alone);
        ColumnFamilyOptions family =
            ColumnFamilyOptions.getColumnFamilyOptionsFromProps(strict, alone)) {
      if (database == null && family == null) {
        throw OptionsText.malformed(
            name + "=" + value, "RocksDB has no option of that name, or it can't have that value");
      }
      return database != null;
    }
  }

  /** Values that are options themselves are in braces. */
  private static String inBraces(String value) {
    return value.contains("=") ? "{" + value + "}" : value;
  }

  /** Throws if RocksDB can't be set up like that. */
  static void check(RocksDbTuning tuning) {
    RocksDB.loadLibrary();
    tables(tuning);
    parse(tuning, 1 << 20).close();
  }
}

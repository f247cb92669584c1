package io.millrace.runtime.state.rocksdb;

import java.util.function.Consumer;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
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
  static Options make(Memory memory, Consumer<AutoCloseable> natives) {
    BloomFilter bloom = new BloomFilter(10, false);
    natives.accept(bloom);
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig()
            .setBlockCache(memory.blocks())
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
            .setFilterPolicy(bloom)
            .setFormatVersion(5);
    Options options =
        new Options()
            .setCreateIfMissing(true)
            .setErrorIfExists(true)
            .setWriteBufferManager(memory.buffers())
            .setWriteBufferSize(memory.bufferBytes())
            .setTableFormatConfig(tables)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
            .setKeepLogFileNum(1)
            .setMaxOpenFiles(256)
            .setMaxBackgroundJobs(2)
            // There is one writer.
            .setAllowConcurrentMemtableWrite(false)
            .setAvoidFlushDuringShutdown(true)
            .setParanoidChecks(true);
    natives.accept(options);
    return options;
  }
}

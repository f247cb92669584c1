package io.millrace.runtime.state.rocksdb;

import io.millrace.core.state.StateBackend;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StoreImages;
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.state.heap.TableKeyedStateBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.Cache;
import org.rocksdb.HyperClockCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * The backends of a process. What all its databases share: the directory they are in, one block
 * cache, one limit of write buffers that counts against it, and the memory of the object caches,
 * which each backend has an equal share of. The native library is loaded when the first database is
 * opened. Safe for use by any thread.
 */
public final class RocksDbEnvironment implements KeyedBackends, AutoCloseable {
  /** Few threads read; more shards would each be too small for a large value. */
  private static final int CACHE_SHARD_BITS = 2;

  /** The cache's table grows with what comes, in place of being sized for one size of entries. */
  private static final long ENTRY_SIZES_VARY = 0;

  private final Path directory;
  private final RocksDbSettings settings;
  private final AtomicInteger caches = new AtomicInteger();
  private final AtomicLong numbers = new AtomicLong();
  private Native shared;
  private int open;
  private boolean closed;

  private record Native(Cache blocks, WriteBufferManager buffers) {
    void close() {
      buffers.close();
      blocks.close();
    }
  }

  /**
   * @param directory made when it is needed; belongs to this process alone
   */
  public RocksDbEnvironment(Path directory, RocksDbSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  @Override
  public <K> KeyedStateBackend<K> open(StateBackend kind, KeyedStateContext<K> context)
      throws IOException {
    return switch (kind) {
      case HEAP -> TableKeyedStateBackend.onHeap(context);
      case ROCKSDB -> RocksDbStorage.open(context, this);
    };
  }

  @Override
  public StoreImages images() {
    return new RocksDbImages(this);
  }

  RocksDbSettings settings() {
    return settings;
  }

  /** Opens an empty database. */
  synchronized Database open(String operator) throws IOException {
    if (closed) {
      throw new IllegalStateException("The process is ending; no state can be opened");
    }
    if (shared == null) {
      RocksDB.loadLibrary();
      // Without locks: every look-up asks it for an index, a filter and a block, and waiting for
      // one of the few locks of an LRU cache made state that doesn't fit a tenth dearer.
      Cache blocks =
          new HyperClockCache(
              settings.memory().blockCacheBytes(), ENTRY_SIZES_VARY, CACHE_SHARD_BITS, false);
      shared =
          new Native(blocks, new WriteBufferManager(settings.memory().writeBufferBytes(), blocks));
    }
    Path own = directory.resolve("db-" + numbers.incrementAndGet());
    try {
      Files.createDirectories(own);
    } catch (IOException e) {
      throw new IOException(
          "There is no place for the state of operator "
              + operator
              + ": "
              + own
              + " can't be made, "
              + e
              + ". Look at taskmanager.work-directory",
          e);
    }
    Database database =
        Database.open(
            operator,
            own,
            new DatabaseOptions.Memory(
                shared.blocks,
                shared.buffers,
                Math.max(1 << 20, settings.memory().writeBufferBytes() / 4)),
            settings.tuning(),
            this::databaseClosed);
    open++;
    return database;
  }

  private synchronized void databaseClosed() {
    open--;
    closeIfUnused();
  }

  private void closeIfUnused() {
    // Native memory is given back only when nobody can touch it.
    if (closed && open == 0 && shared != null) {
      shared.close();
      shared = null;
    }
  }

  /** Bytes in the block cache, write buffers included. */
  public synchronized long usedBytes() {
    return shared == null ? 0 : shared.blocks.getUsage();
  }

  /** Bytes in the block cache that can't be evicted now, write buffers included. */
  public synchronized long pinnedBytes() {
    return shared == null ? 0 : shared.blocks.getPinnedUsage();
  }

  void cacheOpened() {
    caches.incrementAndGet();
  }

  void cacheClosed() {
    caches.decrementAndGet();
  }

  /** The bytes that one object cache may have now; falls as more are opened. */
  long cacheShare() {
    return settings.memory().cacheBytes() / Math.max(1, caches.get());
  }

  /** No more databases are opened; what is shared goes with the last one that is open. */
  @Override
  public synchronized void close() {
    closed = true;
    closeIfUnused();
  }
}

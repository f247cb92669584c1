package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.heap.CurrentKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of a backend as one cache over its database, with one limit of bytes and one of dirty
 * entries. Entries leave only before one is added, and are cleaned a batch at a time, so no call
 * takes long. Owned by the task thread.
 */
final class ObjectCache implements AutoCloseable {
  /** How many entries make room, or are cleaned, at a time. */
  private static final int CHUNK = 512;

  private final Database database;
  private final RocksDbEnvironment environment;
  private final CurrentKey key;
  private final int groups;
  private final int maxDirty;
  private final List<CachedTable<?>> tables = new ArrayList<>();
  private final BinaryWriter keyBytes = new BinaryWriter();
  private final BinaryWriter valueBytes = new BinaryWriter();
  private final ClassLoader loader;
  private final BinaryReader reader;
  private final DirtyBatch batch;
  private byte[] read = new byte[512];
  private long share;
  private long bytes;
  private int dirty;
  private int evictionTable;
  private int cleaningTable;

  ObjectCache(
      Database database,
      RocksDbEnvironment environment,
      CurrentKey key,
      int groups,
      ClassLoader loader) {
    this.database = database;
    this.environment = environment;
    this.key = key;
    this.groups = groups;
    this.maxDirty = environment.settings().dirtyEntries();
    this.loader = loader;
    this.reader = new BinaryReader(new byte[0], loader);
    this.batch = new DirtyBatch(database);
    environment.cacheOpened();
    this.share = environment.cacheShare();
  }

  CurrentKey key() {
    return key;
  }

  int groups() {
    return groups;
  }

  Database database() {
    return database;
  }

  ClassLoader loader() {
    return loader;
  }

  DirtyBatch batch() {
    return batch;
  }

  /** Emptied for a key; one at a time. */
  BinaryWriter keyBytes() {
    keyBytes.reset();
    return keyBytes;
  }

  /** Emptied for a value; one at a time. */
  BinaryWriter valueBytes() {
    valueBytes.reset();
    return valueBytes;
  }

  void add(CachedTable<?> table) {
    tables.add(table);
  }

  /** Forgets a table with all that is in it. */
  void drop(CachedTable<?> table) {
    tables.remove(table);
    bytes -= table.bytes();
    dirty -= table.dirty();
  }

  /**
   * Reads a value.
   *
   * @return null if there is none; valid until the next call
   */
  BinaryReader get(BinaryWriter storeKey) {
    int length = database.get(storeKey.array(), storeKey.size(), read);
    if (length > read.length) {
      read = new byte[length + (length >> 1)];
      length = database.get(storeKey.array(), storeKey.size(), read);
    }
    if (length == Database.ABSENT) {
      return null;
    }
    reader.reset(read, 0, length);
    return reader;
  }

  // ---- bytes

  /** Before an entry is added: everything that was looked up may be elsewhere or gone after it. */
  void makeRoom(long entryBytes) {
    bytes += entryBytes;
    if (bytes > share) {
      evict();
    }
  }

  private void evict() {
    measure();
    if (bytes <= share) {
      return;
    }
    long aim = share - share / 16;
    int left = CHUNK;
    for (int i = tables.size(); i > 0 && left > 0 && bytes > aim; i--) {
      CachedTable<?> table = nextOfAtLeastAverage();
      long each = table.bytesPerEntry();
      int removed = table.evict((int) Math.min(left, (bytes - aim) / each + 1));
      left -= removed;
      bytes -= removed * each;
    }
    batch.write();
    key.invalidate();
  }

  private CachedTable<?> nextOfAtLeastAverage() {
    for (int i = tables.size(); ; i--) {
      evictionTable = (evictionTable + 1) % tables.size();
      CachedTable<?> table = tables.get(evictionTable);
      if (i == 1 || table.bytes() * tables.size() >= bytes) {
        return table;
      }
    }
  }

  private void measure() {
    bytes = 0;
    for (CachedTable<?> table : tables) {
      bytes += table.bytes();
    }
  }

  // ---- dirty entries

  void dirtied() {
    dirty++;
    if (dirty > maxDirty) {
      cleanSome(CHUNK);
    }
  }

  /**
   * As {@link #dirtied}, of an entry that is written only after this: it is not among the cleaned.
   */
  void dirtiedNext() {
    if (dirty >= maxDirty) {
      cleanSome(CHUNK);
    }
    dirty++;
  }

  void cleaned(int count) {
    dirty -= count;
  }

  int dirty() {
    return dirty;
  }

  private void cleanSome(int max) {
    int left = max;
    for (int i = tables.size(); i > 0 && left > 0; i--) {
      cleaningTable %= tables.size();
      left -= tables.get(cleaningTable).clean(left);
      if (left > 0) {
        cleaningTable++;
      }
    }
    batch.write();
  }

  /** Makes what the database has of a table the newest. */
  void cleanAll(CachedTable<?> table) {
    table.cleanAll();
    batch.write();
  }

  /** Makes the database the newest of all. */
  void cleanAll() {
    for (CachedTable<?> table : tables) {
      table.cleanAll();
    }
    batch.write();
  }

  /**
   * Between batches: cleans ahead, so that a barrier finds little to do, and keeps to the share.
   */
  void cleanUpSome() {
    share = environment.cacheShare();
    measure();
    if (bytes > share) {
      evict();
    }
    if (dirty > maxDirty / 2) {
      cleanSome(CHUNK);
    }
  }

  @Override
  public void close() {
    environment.cacheClosed();
    tables.clear();
  }
}

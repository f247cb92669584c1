package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.heap.CurrentKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of a backend as one cache over its database, with one limit of bytes and one of dirty
 * entries. Entries leave only before one is added, and are cleaned a batch at a time. What takes
 * long is a cut that must be written to its end: for the next one, for a walk over a pane that is
 * not all in the cache, or for want of room. While a cut is written and its files are made, nothing
 * newer is cleaned, so that there may be more dirty entries than the limit. Owned by the task
 * thread.
 */
final class ObjectCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectCache.class);

  private final Database database;
  private final RocksDbEnvironment environment;
  private final CurrentKey key;
  private final KeyGroupRange groups;
  private final int maxDirty;

  /** How many entries make room, or are written, at a time. */
  private final int chunk;

  private final List<CachedTable<?>> tables = new ArrayList<>();
  private final BinaryWriter keyBytes = new BinaryWriter();
  private final BinaryWriter valueBytes = new BinaryWriter();
  private final ClassLoader loader;
  private final BinaryReader reader;
  private final DirtyBatch batch;
  private final CutEpoch epoch = new CutEpoch();
  private Optional<PendingCut> cut = Optional.empty();
  private byte[] read = new byte[512];
  private long share;
  private long bytes;
  private int dirty;
  private boolean classNames;
  private int evictionTable;
  private int cleaningTable;

  ObjectCache(
      Database database,
      RocksDbEnvironment environment,
      CurrentKey key,
      KeyGroupRange groups,
      ClassLoader loader) {
    this.database = database;
    this.environment = environment;
    this.key = key;
    this.groups = groups;
    this.maxDirty = environment.settings().dirtyEntries();
    this.chunk = environment.settings().chunk();
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
    return groups.size();
  }

  int firstGroup() {
    return groups.first();
  }

  /**
   * Whether entries were ever written that can't be copied as they stand: their table may be gone
   * by now and still be in a cut.
   */
  boolean hasClassNames() {
    return classNames;
  }

  /** An entry that can't be copied as it stands was written. */
  void wroteClassNames() {
    classNames = true;
  }

  Database database() {
    return database;
  }

  ClassLoader loader() {
    return loader;
  }

  CutEpoch epoch() {
    return epoch;
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
    table.drop();
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

  /** Reads bytes of the database; valid until the next call. */
  BinaryReader reader(byte[] stored) {
    reader.reset(stored, 0, stored.length);
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
    if (evict(chunk) <= chunk / 2 && bytes > share && cut.isPresent()) {
      // What is left is newer than the cut.
      finishCut();
      evict(chunk);
    }
    key.invalidate();
  }

  private int evict(int max) {
    long aim = share - share / 16;
    int left = max;
    for (int i = tables.size(); i > 0 && left > 0 && bytes > aim; i--) {
      CachedTable<?> table = nextOfAtLeastAverage();
      long each = table.bytesPerEntry();
      int removed = table.evict((int) Math.min(left, (bytes - aim) / each + 1));
      left -= removed;
      bytes -= removed * each;
    }
    batch.write();
    return max - left;
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
      cleanSome(chunk);
    }
  }

  /**
   * As {@link #dirtied}, of an entry that is written only after this: it is not among the cleaned.
   */
  void dirtiedNext() {
    if (dirty >= maxDirty) {
      cleanSome(chunk);
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
    if (cut.isPresent()) {
      writeCut(max);
      return;
    }
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
    finishCut();
    table.cleanAll();
    batch.write();
  }

  // ---- cuts

  /**
   * What is dirty now is written, then the cut is taken; nothing newer is written before. A cut
   * that is still being written is written to its end first.
   */
  void beginCut(DatabaseCut begun) {
    finishCut();
    epoch.begin();
    cut = Optional.of(new PendingCut(tables, begun));
    if (dirty <= chunk) {
      writeCut(chunk);
    }
  }

  /** Does something to the database that a cut must not see. */
  void afterCut(Runnable action) {
    if (cut.isPresent()) {
      cut.get().afterwards(action);
    } else {
      action.run();
    }
  }

  /**
   * Goes on with the cut that is being written.
   *
   * @return whether there is more to do; not that it is to be taken yet
   */
  boolean writeCut() {
    return cut.isPresent() && writeCut(chunk);
  }

  private boolean writeCut(int max) {
    PendingCut pending = cut.orElseThrow();
    boolean more = pending.collect(max);
    batch.write();
    if (more) {
      return true;
    }
    pending.written();
    if (pending.isTaken()) {
      epoch.end();
      cut = Optional.empty();
      pending.over();
    }
    return false;
  }

  private void finishCut() {
    if (cut.isPresent()) {
      while (writeCut(DirtyBatch.MAX_ENTRIES)) {
        continue;
      }
      if (cut.isPresent()) {
        takeCut();
        writeCut(chunk);
      }
    }
  }

  private void takeCut() {
    try {
      cut.orElseThrow().take();
    } catch (RocksDbException e) {
      // The snapshot fails when it comes for the files, and nothing else does: state is whole.
      LOG.warn("A checkpoint's files could not be made", e);
    }
  }

  /**
   * Between batches: goes on with a cut or cleans ahead, so that writes come in batches, and keeps
   * to the share.
   */
  void cleanUpSome() {
    share = environment.cacheShare();
    measure();
    if (bytes > share) {
      evict();
    }
    if (cut.isPresent()) {
      writeCut(chunk);
    } else if (dirty > maxDirty - maxDirty / 8) {
      cleanSome(chunk);
    }
  }

  @Override
  public void close() {
    environment.cacheClosed();
    cut = Optional.empty();
    tables.clear();
  }
}

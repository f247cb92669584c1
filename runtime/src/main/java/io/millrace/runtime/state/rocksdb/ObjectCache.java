package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.heap.CurrentKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables of a backend as one cache over its database, with one limit of bytes and one of dirty
 * entries. Entries leave only before one is added, and are cleaned a {@link Share} at a time. While
 * a cut is written and its files are made, nothing newer is cleaned, so that there may be more
 * dirty entries than the limit, and somewhat more bytes: if that is not enough, the cut goes on
 * without files. Owned by the task thread.
 */
final class ObjectCache implements AutoCloseable {
  /** The part of its budget that the cache may hold beyond it for a cut. */
  private static final int SPARE_PART = 8;

  /** The part of that by which it grows before it looks again for what may leave. */
  private static final int GROWTH_PART = 8;

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
  private final Share share;
  private final CutEpoch epoch = new CutEpoch();
  private Optional<PendingCut> cut = Optional.empty();
  private byte[] read = new byte[512];
  private long budget;
  private long bytes;

  /** How many bytes there may be before entries leave: the budget, or more for a cut. */
  private long limit;

  private int dirty;

  /** The same for dirty entries. */
  private int dirtyLimit;

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
    this.share = new Share(batch);
    environment.cacheOpened();
    this.budget = environment.cacheShare();
    this.limit = budget;
    this.dirtyLimit = maxDirty;
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
    if (bytes > limit) {
      measure();
      if (bytes > limit) {
        evict();
      }
    }
  }

  private void evict() {
    endCutIfOver();
    long before = bytes;
    if (evictSome()) {
      // What has become too much for a cut does not leave at once.
      limit = Math.max(budget, bytes + (before - bytes) / 2);
    } else if (bytes < budget + spareBytes()) {
      // What is left is newer than the cut, nearly. To look for the rest at each entry would take
      // longer than the cut.
      limit = Math.min(budget + spareBytes(), bytes + spareBytes() / GROWTH_PART);
    } else if (!writeCut()) {
      takeCut();
      evictSome();
      limit = Math.max(budget, bytes + (before - bytes) / 2);
    }
    key.invalidate();
  }

  /** How much more than its budget the cache may hold while a cut is not taken. */
  private long spareBytes() {
    return Math.max(environment.settings().memory().spareBytes(), budget / SPARE_PART);
  }

  /**
   * Evicts a share.
   *
   * @return false if there is a cut, and little beside what is newer than that
   */
  private boolean evictSome() {
    long aim = budget - budget / 16;
    share.begin(chunk);
    for (int i = tables.size(); i > 0 && bytes > aim && !share.isSpent(); i--) {
      evict(nextOfAtLeastAverage(), aim);
    }
    if (cut.isPresent() && bytes > aim && share.entries() > 0) {
      // Those that are large now may all be newer than the cut.
      share.lookAgain();
      for (int i = tables.size(); i > 0 && bytes > aim && !share.isSpent(); i--) {
        evictionTable = (evictionTable + 1) % tables.size();
        evict(tables.get(evictionTable), aim);
      }
    }
    batch.write();
    return cut.isEmpty() || bytes <= aim || share.entries() <= chunk / 2;
  }

  private void evict(CachedTable<?> table, long aim) {
    long each = table.bytesPerEntry();
    int removed = table.evict((int) Math.min(chunk, (bytes - aim) / each + 1), share);
    bytes -= removed * each;
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
    if (dirty > dirtyLimit) {
      cleanSome();
    }
  }

  /**
   * As {@link #dirtied}, of an entry that is written only after this: it is not among the cleaned.
   */
  void dirtiedNext() {
    if (dirty >= dirtyLimit) {
      cleanSome();
    }
    dirty++;
  }

  void cleaned(int count) {
    dirty -= count;
  }

  int dirty() {
    return dirty;
  }

  /** Writes a share of what may be written. */
  private void cleanSome() {
    int before = dirty;
    if (cut.isPresent()) {
      writeCut();
    } else {
      cleanTables();
    }
    int cleaned = before - dirty;
    // What has become too many for a cut is not written at once.
    dirtyLimit = Math.max(maxDirty, dirty + (cleaned > 0 ? cleaned / 2 : chunk));
  }

  private void cleanTables() {
    share.begin(chunk);
    for (int i = tables.size(); i > 0 && !share.isSpent(); i--) {
      cleaningTable %= tables.size();
      tables.get(cleaningTable).clean(share);
      if (!share.isSpent()) {
        cleaningTable++;
      }
    }
    batch.write();
  }

  // ---- cuts

  /**
   * What is dirty now is written, then the cut is taken; nothing newer is written before. Of a cut
   * before, which nobody wants any more, nothing more is written for its sake. If it is still
   * wanted, it is written to its end first, however long that takes: that is for callers that take
   * a cut before they close the last, which a subtask does not.
   */
  void beginCut(DatabaseCut begun) {
    endCutIfOver();
    if (cut.isPresent()) {
      while (writeCut()) {
        continue;
      }
      takeCut();
    }
    epoch.begin();
    cut = Optional.of(new PendingCut(tables, begun));
    if (dirty <= chunk) {
      writeCut();
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
   * Goes on with the cut that is being written, by a share.
   *
   * @return whether there is more to do; not that it is to be taken yet
   */
  boolean writeCut() {
    endCutIfOver();
    if (cut.isEmpty()) {
      return false;
    }
    share.begin(chunk);
    boolean more = cut.get().collect(share);
    batch.write();
    if (!more) {
      cut.get().written();
      endCutIfOver();
    }
    return more;
  }

  /** Takes the cut, which was written, as it can be taken at once. */
  private void takeCut() {
    cut.ifPresent(PendingCut::takeAtOnce);
    endCutIfOver();
  }

  private void endCutIfOver() {
    if (cut.isPresent() && cut.get().isOver()) {
      PendingCut over = cut.get();
      // What waits for the end may remove from the database what is still in the batch.
      batch.write();
      epoch.end();
      cut = Optional.empty();
      limit = Math.max(budget, bytes);
      over.over();
    }
  }

  /**
   * Between batches: cleans ahead, so that writes come in batches, and keeps to the budget. A cut
   * is gone on with by {@link #writeCut} alone, as its shares are for whoever knows the time.
   */
  void cleanUpSome() {
    budget = environment.cacheShare();
    endCutIfOver();
    measure();
    if (bytes > Math.max(budget, cut.isPresent() ? limit : 0)) {
      evict();
    } else if (cut.isEmpty()) {
      limit = budget;
    }
    if (cut.isEmpty() && dirty > maxDirty - maxDirty / 8) {
      cleanSome();
    }
  }

  @Override
  public void close() {
    environment.cacheClosed();
    cut = Optional.empty();
    tables.clear();
  }
}

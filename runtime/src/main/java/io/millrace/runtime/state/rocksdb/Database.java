package io.millrace.runtime.state.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.rocksdb.Checkpoint;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One RocksDB database: the scratch space of one backend, empty at first and deleted at the end.
 * Without a log of its own, as a failure starts again from a checkpoint. It is closed when its
 * backend and the last view have let it go, as native memory must not be touched after. Reads and
 * writes are for the task thread, {@link View}s for one thread each.
 */
final class Database {
  static final int ABSENT = RocksDB.NOT_FOUND;
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private final String operator;
  private final Path directory;
  private final Options options;
  private final Deque<AutoCloseable> natives;
  private final WriteOptions writes;
  private final ReadOptions reads;
  private final Runnable whenClosed;
  private RocksDB db;
  private boolean open = true;
  private int users = 1;
  private int links;

  private Database(
      String operator,
      Path directory,
      RocksDB db,
      Options options,
      Deque<AutoCloseable> natives,
      Runnable whenClosed) {
    this.operator = operator;
    this.directory = directory;
    this.db = db;
    this.options = options;
    this.natives = natives;
    this.whenClosed = whenClosed;
    this.writes = owned(new WriteOptions().setDisableWAL(true));
    this.reads = owned(new ReadOptions());
  }

  private <T extends AutoCloseable> T owned(T part) {
    natives.push(part);
    return part;
  }

  @SuppressWarnings("resource") // closed with the database, in the reverse order
  static Database open(
      String operator,
      Path directory,
      DatabaseOptions.Memory memory,
      RocksDbTuning tuning,
      Runnable whenClosed)
      throws IOException {
    Deque<AutoCloseable> natives = new ArrayDeque<>();
    boolean opened = false;
    try {
      Options options = DatabaseOptions.make(memory, tuning, natives::push);
      Database database =
          new Database(
              operator,
              directory,
              RocksDB.open(options, directory.toString()),
              options,
              natives,
              whenClosed);
      opened = true;
      return database;
    } catch (RocksDBException e) {
      throw new RocksDbException(operator, "opened", directory, e);
    } finally {
      if (!opened) {
        natives.forEach(Database::close);
        Directories.delete(directory);
      }
    }
  }

  /** Puts files into an empty directory. */
  @FunctionalInterface
  interface Filler {
    void fill(Path directory) throws IOException;
  }

  /**
   * Goes on with other files in place of its own; while it is still empty and has no view.
   *
   * @throws RocksDbException if they are no whole database
   */
  void load(Filler files) throws IOException {
    open = false;
    db.close();
    Directories.delete(directory);
    Files.createDirectory(directory);
    files.fill(directory);
    options.setCreateIfMissing(false).setErrorIfExists(false);
    try {
      db = RocksDB.open(options, directory.toString());
      open = true;
    } catch (RocksDBException e) {
      throw failed("opened", e);
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("A part of RocksDB could not be closed", e);
    }
  }

  /**
   * Reads a value into {@code target}.
   *
   * @return its length, which may be more than there is room for, or {@link #ABSENT}
   */
  int get(byte[] key, int length, byte[] target) {
    try {
      return db.get(reads, key, 0, length, target, 0, target.length);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /** Reads values together, null where there is none; they come in the order of their keys. */
  List<byte[]> getAll(List<byte[]> keys) {
    try {
      return db.multiGetAsList(reads, keys);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /** Writes a batch in RocksDB's own form. */
  void write(byte[] batch) {
    try (WriteBatch parsed = new WriteBatch(batch)) {
      db.write(writes, parsed);
    } catch (RocksDBException e) {
      throw failed("written", e);
    }
  }

  void put(byte[] key, byte[] value) {
    try {
      db.put(writes, key, value);
    } catch (RocksDBException e) {
      throw failed("written", e);
    }
  }

  void delete(byte[] key) {
    try {
      db.delete(writes, key);
    } catch (RocksDBException e) {
      throw failed("removed", e);
    }
  }

  /** The value of a key that is there. */
  byte[] getWhole(byte[] key) {
    return getWhole(reads, key);
  }

  private byte[] getWhole(ReadOptions options, byte[] key) {
    try {
      byte[] value = db.get(options, key);
      if (value == null) {
        throw new RocksDBException("Corruption: what was kept of a snapshot is gone");
      }
      return value;
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /** Removes all keys from {@code first} on that are before {@code end}. */
  void deleteRange(byte[] first, byte[] end) {
    try {
      db.deleteRange(writes, first, end);
    } catch (RocksDBException e) {
      throw failed("removed", e);
    }
  }

  RocksDbException failed(String action, RocksDBException cause) {
    return new RocksDbException(operator, action, directory, cause);
  }

  /** What is stored now, as long as the view is open. Opened on the task thread. */
  View view() {
    synchronized (this) {
      users++;
    }
    return new View();
  }

  /** Place for the files of the database as they are when they are made. Task thread. */
  DatabaseFiles files() {
    synchronized (this) {
      users++;
    }
    links++;
    return new DatabaseFiles(
        this, directory.resolveSibling(directory.getFileName() + "-cut-" + links));
  }

  /** Flushes the write buffer and makes links to all files in a directory that isn't there yet. */
  void link(Path into) {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(into.toString());
    } catch (RocksDBException e) {
      throw failed("linked", e);
    }
  }

  /** The backend is done with it. */
  void close() {
    release();
  }

  /** A user of it is done with it. */
  void release() {
    synchronized (this) {
      users--;
      if (users > 0) {
        return;
      }
    }
    if (open) {
      db.cancelAllBackgroundWork(true);
      db.close();
    }
    natives.forEach(Database::close);
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted; the next start will", directory, e);
    }
    whenClosed.run();
  }

  /** A database at one moment. */
  final class View implements AutoCloseable {
    private final Snapshot snapshot = db.getSnapshot();
    private final ReadOptions options =
        new ReadOptions().setSnapshot(snapshot).setFillCache(false).setTotalOrderSeek(true); // KG5
    private boolean closed;

    byte[] getWhole(byte[] key) {
      return Database.this.getWhole(options, key);
    }

    /** All entries whose keys begin with {@code prefix}, by key. To be closed before the view. */
    Walk walk(byte[] prefix) {
      return walk(prefix, prefix);
    }

    /** The same from the first key on that is not before {@code first}. */
    Walk walk(byte[] prefix, byte[] first) {
      return new Walk(db.newIterator(options), prefix, first);
    }

    /** Idempotent; by the thread that has it then. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        options.close();
        db.releaseSnapshot(snapshot);
        snapshot.close();
        release();
      }
    }
  }

  /** A walk over entries. Each call of {@link #next} that returns true stands on an entry. */
  final class Walk implements AutoCloseable {
    private final RocksIterator iterator;
    private final byte[] prefix;
    private boolean started;

    private Walk(RocksIterator iterator, byte[] prefix, byte[] first) {
      this.iterator = iterator;
      this.prefix = prefix;
      iterator.seek(first);
    }

    boolean next() {
      if (started) {
        iterator.next();
      }
      started = true;
      if (!iterator.isValid()) {
        try {
          iterator.status();
        } catch (RocksDBException e) {
          throw failed("read", e);
        }
        return false;
      }
      return StoreKeys.beginsWith(iterator.key(), prefix);
    }

    byte[] key() {
      return iterator.key();
    }

    byte[] value() {
      return iterator.value();
    }

    @Override
    public void close() {
      iterator.close();
    }
  }
}

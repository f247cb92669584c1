package io.millrace.runtime.state.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.MemoryFileStore;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SharedUpload;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StoreImages;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.state.rocksdb.RocksDbStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes backends of one operator, takes their snapshots and restores them. Closing it closes the
 * backends, and looks that they left nothing on disk.
 */
public final class Backends<K> implements AutoCloseable {
  public static final int GROUPS = 128;

  /** Where the backends keep their state. */
  public enum Kind {
    HEAP(0, 0),
    ROCKSDB(64 << 20, 1 << 15),
    /** So that most entries are not in the cache, and many are dirty. */
    ROCKSDB_SMALL_CACHE(12 << 10, 100),
    /** So that nothing stays in the cache. */
    ROCKSDB_NO_CACHE(0, 1);

    private final long cacheBytes;
    private final int dirtyEntries;

    Kind(long cacheBytes, int dirtyEntries) {
      this.cacheBytes = cacheBytes;
      this.dirtyEntries = dirtyEntries;
    }

    /** Of random actions; disks are slow. */
    int steps(int onHeap) {
      return this == HEAP ? onHeap : onHeap / 5;
    }
  }

  private final Kind kind;
  private final TypeInformation<K> keyType;
  private final Path directory;
  private final RocksDbEnvironment rocksDb;
  private final List<KeyedStateBackend<K>> made = new ArrayList<>();
  private final MemoryFileStore store;
  private int files;
  private int uploads;
  private long now = 1_000_000;

  public Backends(Kind kind, TypeInformation<K> keyType) {
    this(kind, keyType, new MemoryFileStore());
  }

  /**
   * @param store shared by backends that restore each other's snapshots
   */
  public Backends(Kind kind, TypeInformation<K> keyType, MemoryFileStore store) {
    this(kind, keyType, store, settings(kind.cacheBytes, Math.max(1, kind.dirtyEntries), 1 << 10));
  }

  private Backends(
      Kind kind, TypeInformation<K> keyType, MemoryFileStore store, RocksDbSettings settings) {
    this.kind = kind;
    this.store = store;
    this.keyType = keyType;
    try {
      this.directory = Files.createTempDirectory("millrace-state-test-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.rocksDb = new RocksDbEnvironment(directory, settings);
  }

  /** In RocksDB under a cache that all may be dirty of. */
  public static <K> Backends<K> withCache(
      long cacheBytes, long spareBytes, TypeInformation<K> keyType, MemoryFileStore store) {
    return new Backends<>(Kind.ROCKSDB, keyType, store, settings(cacheBytes, 1 << 15, spareBytes));
  }

  private static RocksDbSettings settings(long cacheBytes, int dirtyEntries, long spareBytes) {
    return new RocksDbSettings(cacheBytes, 8 << 20, 4 << 20, dirtyEntries, 16, spareBytes, true);
  }

  public static Backends<Long> ofLongs(Kind kind) {
    return new Backends<>(kind, TypeInformation.of(Long.class));
  }

  int steps(int onHeap) {
    return kind.steps(onHeap);
  }

  public Path directory() {
    return directory;
  }

  public void advance(long millis) {
    now += millis;
  }

  /** Reads files of databases. */
  public StoreImages images() {
    return rocksDb.images();
  }

  public MemoryFileStore store() {
    return store;
  }

  public KeyedStateBackend<K> create(int subtask, int parallelism) {
    KeyedStateContext<K> context =
        new KeyedStateContext<>(
            "op",
            keyType,
            KeyGroups.rangeOf(subtask, parallelism, GROUPS),
            GROUPS,
            HandleFactory.plain(),
            () -> now,
            Backends.class.getClassLoader());
    KeyedStateBackend<K> backend =
        kind == Kind.HEAP ? TableKeyedStateBackend.onHeap(context) : open(context);
    made.add(backend);
    return backend;
  }

  private KeyedStateBackend<K> open(KeyedStateContext<K> context) {
    try {
      return RocksDbStorage.open(context, rocksDb);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    made.forEach(KeyedStateBackend::close);
    rocksDb.close();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
    Files.delete(directory);
  }

  public KeyedStateBackend<K> create() {
    return create(0, 1);
  }

  /** Has the cut prepared and writes it. */
  public StateHandles write(KeyedCut cut) throws IOException {
    return write(
        cut,
        new SharedUpload(
            SharedFilesByOperator.EMPTY,
            (uid, name) -> "shared/" + directory.getFileName() + "-" + uploads++ + "-" + name));
  }

  /** The same with files that are shared. */
  public StateHandles write(KeyedCut cut, SharedUpload shared) throws IOException {
    for (KeyedStateBackend<K> backend : made) {
      while (backend.goOnWithCut()) {
        continue;
      }
    }
    assertThat(cut.prepared().toCompletableFuture()).isCompleted();
    try (cut;
        SnapshotFileWriter writer =
            new SnapshotFileWriter(store, "chk/" + kind + files++, GROUPS)) {
      writer.writeKeyed("op", cut, shared);
      return writer.commit().get("op");
    }
  }

  public StateHandles snapshot(KeyedStateBackend<K> backend) throws IOException {
    return write(backend.snapshot());
  }

  public KeyedStateBackend<K> restore(int subtask, int parallelism, List<StateHandles> handles)
      throws IOException {
    KeyedStateBackend<K> backend = create(subtask, parallelism);
    backend.restore(handles, new SnapshotReader(store, GROUPS, rocksDb.images()));
    return backend;
  }

  public List<KeyedStateBackend<K>> restoreAll(int parallelism, List<StateHandles> handles)
      throws IOException {
    List<KeyedStateBackend<K>> backends = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      backends.add(restore(i, parallelism, handles));
    }
    return backends;
  }

  /** Makes a key current on the backend that owns it. */
  public KeyedStateBackend<K> at(List<KeyedStateBackend<K>> backends, K key) {
    int hash = keyType.keyCodec().hash(key);
    int group = KeyGroups.groupOf(hash, GROUPS);
    KeyedStateBackend<K> owner = backends.get(KeyGroups.subtaskOf(group, backends.size(), GROUPS));
    set(owner, key, hash);
    return owner;
  }

  public KeyedStateBackend<K> at(KeyedStateBackend<K> backend, K key) {
    set(backend, key, keyType.keyCodec().hash(key));
    return backend;
  }

  private void set(KeyedStateBackend<K> backend, K key, int hash) {
    if (key instanceof Long number) {
      backend.setCurrentLongKey(number, hash);
    } else {
      backend.setCurrentKey(key, hash);
    }
  }
}

package io.millrace.runtime.state.rocksdb;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.EntryCursor;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.state.heap.RegisteredState;
import io.millrace.runtime.state.heap.StateStorage;
import io.millrace.runtime.state.heap.StoredForm;
import io.millrace.runtime.state.heap.TableKeyedStateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Keyed state in a RocksDB database under a write-back cache of objects. A cut has what is dirty
 * written between batches and then takes a view of the database. Owned by the task thread.
 */
public final class RocksDbStorage implements StateStorage {
  private final KeyedStateContext<?> context;
  private final CurrentKey key;
  private final Database database;
  private final ObjectCache cache;
  private final List<CachedPanes<?>> panes = new ArrayList<>();
  private int states;
  private int kept;
  private Optional<DatabaseCut> cut = Optional.empty();
  private boolean closed;

  private RocksDbStorage(
      KeyedStateContext<?> context, CurrentKey key, Database database, RocksDbEnvironment shared) {
    this.context = context;
    this.key = key;
    this.database = database;
    this.cache =
        new ObjectCache(database, shared, key, context.keyGroups().size(), context.classLoader());
  }

  /**
   * Opens a backend with an empty database of its own.
   *
   * @throws IOException if there is no place for it
   */
  public static <K> TableKeyedStateBackend<K> open(
      KeyedStateContext<K> context, RocksDbEnvironment shared) throws IOException {
    Database database = shared.open(context.operator());
    boolean whole = false;
    try {
      TableKeyedStateBackend<K> backend =
          new TableKeyedStateBackend<>(
              context, (same, key, cuts) -> new RocksDbStorage(same, key, database, shared));
      whole = true;
      return backend;
    } finally {
      if (!whole) {
        database.close();
      }
    }
  }

  @Override
  public <V> RegisteredState table(
      StateMeta meta,
      StoredForm<V> form,
      Optional<StateTtlConfig> ttl,
      Function<EntryCursor<V>, Object> handle) {
    CachedCursor<V> cursor = cursor(form, ttl);
    return state(meta, form, cursor, handle.apply(cursor));
  }

  @Override
  public <V> RegisteredState flatLongs(StateMeta meta, StoredForm<V> form) {
    CachedCursor<V> cursor = cursor(form, Optional.empty());
    Object handle =
        context
            .handles()
            .newHandle(CachedLongValueState.class, key, form.flat().orElseThrow(), cursor);
    return state(meta, form, cursor, handle);
  }

  private <V> CachedCursor<V> cursor(StoredForm<V> form, Optional<StateTtlConfig> ttl) {
    CachedTable<V> table = table(nextKeys(), form, ttl.isPresent());
    cache.add(table);
    return new CachedCursor<>(table, context.clock(), ttl);
  }

  private StoreKeys nextKeys() {
    return StoreKeys.ofState(states++, context.keyGroups().first());
  }

  private <V> CachedTable<V> table(StoreKeys keys, StoredForm<V> form, boolean timed) {
    return new CachedTable<>(keys, form, timed, context.groupBits(), cache);
  }

  private <V> RegisteredState state(
      StateMeta meta, StoredForm<V> form, CachedCursor<V> cursor, Object handle) {
    return new CachedState<>(meta, cursor, form, handle, this::currentCut, context.classLoader());
  }

  @Override
  public <A> RegisteredState panes(StateMeta meta, StoredForm<A> form, boolean copied) {
    StoreKeys keys = nextKeys();
    CachedPanes<A> made =
        new CachedPanes<>(
            cache,
            start ->
                new CachedCursor<>(
                    table(keys.ofPane(start), form, false), context.clock(), Optional.empty()),
            form.serializer(),
            copied);
    panes.add(made);
    Object handle = context.handles().newHandle(CachedPanedState.class, made);
    return new CachedPanesState<>(meta, made, form, cache, handle, this::currentCut);
  }

  @Override
  public Kept keep(byte[] bytes) {
    byte[] place = StoreKeys.ofKept(kept++);
    database.put(place, bytes);
    return new Kept() {
      @Override
      public byte[] load() {
        return database.getWhole(place);
      }

      @Override
      public Supplier<byte[]> inCut() {
        DatabaseCut current = currentCut();
        return () -> current.view().getWhole(place);
      }

      @Override
      public void drop() {
        cache.afterCut(() -> database.delete(place));
      }
    };
  }

  private DatabaseCut currentCut() {
    return cut.orElseThrow();
  }

  @Override
  public Cut beginCut() {
    DatabaseCut begun = new DatabaseCut(database);
    cache.beginCut(begun::take);
    cut = Optional.of(begun);
    return begun;
  }

  @Override
  public boolean goOnWithCut() {
    return cache.writeCut();
  }

  @Override
  public void cleanUpSome() {
    cache.cleanUpSome();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      panes.forEach(CachedPanes::close);
      cache.close();
      database.close();
    }
  }
}

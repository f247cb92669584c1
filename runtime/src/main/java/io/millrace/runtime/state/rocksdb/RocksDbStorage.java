package io.millrace.runtime.state.rocksdb;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.NextKeys;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateEvolutions;
import io.millrace.runtime.state.StateHandles.StoreImage;
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
  private final RocksDbEnvironment shared;
  private final AdoptedStates adopted;
  private final List<CachedPanes<?>> panes = new ArrayList<>();
  private final List<Supplier<StoredState>> registered = new ArrayList<>();
  private final List<CachedCursor<?>> cursors = new ArrayList<>();
  private int states;
  private int kept;
  private Optional<DatabaseCut> cut = Optional.empty();
  private boolean closed;

  private RocksDbStorage(
      KeyedStateContext<?> context, CurrentKey key, Database database, RocksDbEnvironment shared) {
    this.context = context;
    this.key = key;
    this.database = database;
    this.shared = shared;
    this.cache = new ObjectCache(database, shared, key, context.keyGroups(), context.classLoader());
    this.adopted =
        new AdoptedStates(
            cache,
            this::currentCut,
            new StateEvolutions(context.operator(), context.classLoader()));
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
    Place place = place(meta);
    CachedCursor<V> cursor = cursor(place, form, ttl);
    return state(meta, place, form, cursor, handle.apply(cursor));
  }

  @Override
  public <V> RegisteredState flatLongs(StateMeta meta, StoredForm<V> form) {
    Place place = place(meta);
    CachedCursor<V> cursor = cursor(place, form, Optional.empty());
    Object handle =
        context
            .handles()
            .newHandle(CachedLongValueState.class, key, form.flat().orElseThrow(), cursor);
    return state(meta, place, form, cursor, handle);
  }

  /**
   * Where a state is in the database.
   *
   * @param tables what is there already
   */
  private record Place(int number, StoreKeys keys, List<StoredState.StoredTable> tables) {}

  private Place place(StateMeta meta) {
    Optional<StoredState> was = adopted.claim(meta);
    int number = was.isPresent() ? was.get().number() : states++;
    return new Place(
        number,
        StoreKeys.ofState(number, context.keyGroups().first()),
        was.map(StoredState::tables).orElse(List.of()));
  }

  private <V> CachedCursor<V> cursor(
      Place place, StoredForm<V> form, Optional<StateTtlConfig> ttl) {
    CachedTable<V> table = table(place.keys(), form, ttl.isPresent());
    place.tables().forEach(there -> table.adopt(there.live()));
    cache.add(table);
    CachedCursor<V> cursor = new CachedCursor<>(table, context.clock(), ttl);
    cursors.add(cursor);
    return cursor;
  }

  private <V> CachedTable<V> table(StoreKeys keys, StoredForm<V> form, boolean timed) {
    return new CachedTable<>(keys, form, timed, context.groupBits(), cache);
  }

  private <V> RegisteredState state(
      StateMeta meta, Place place, StoredForm<V> form, CachedCursor<V> cursor, Object handle) {
    CachedState<V> state =
        new CachedState<>(
            meta, place.number(), cursor, form, handle, this::currentCut, context.classLoader());
    registered.add(state::stored);
    return state;
  }

  @Override
  public <A> RegisteredState panes(StateMeta meta, StoredForm<A> form, boolean copied) {
    Place place = place(meta);
    StoreKeys keys = place.keys();
    CachedPanes<A> made =
        new CachedPanes<>(
            cache,
            start ->
                new CachedCursor<>(
                    table(keys.ofPane(start), form, false), context.clock(), Optional.empty()),
            form.serializer(),
            copied);
    panes.add(made);
    place.tables().forEach(there -> made.adopt(there.start(), there.live()));
    Object handle = context.handles().newHandle(CachedPanedState.class, made);
    CachedPanesState<A> state =
        new CachedPanesState<>(meta, place.number(), made, form, cache, handle, this::currentCut);
    registered.add(state::stored);
    return state;
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
  public Cut beginCut(CutKind kind) {
    Optional<List<StoredState>> files =
        kind == CutKind.FILES && shared.settings().incremental()
            ? Optional.of(describe())
            : Optional.empty();
    DatabaseCut begun = new DatabaseCut(database, files, cache::hasClassNames);
    cache.beginCut(begun);
    cut = Optional.of(begun);
    return begun;
  }

  private List<StoredState> describe() {
    List<StoredState> all = new ArrayList<>(adopted.all());
    registered.forEach(state -> all.add(state.get()));
    return all;
  }

  @Override
  public boolean adopt(StoreImage image, SnapshotReader reader) throws IOException {
    ImageDescription description = RocksDbImages.load(database, context.operator(), image, reader);
    for (StoredState state : description.states()) {
      adopted.add(state);
      states = Math.max(states, state.number() + 1);
    }
    return true;
  }

  @Override
  public Adopted adopted() {
    return adopted;
  }

  @Override
  public boolean wantsNextKeys(int records) {
    boolean wanted = false;
    for (CachedCursor<?> cursor : cursors) {
      wanted |= cursor.wantsNextKeys(records);
    }
    return wanted;
  }

  @Override
  public void readAhead(NextKeys keys) {
    for (CachedCursor<?> cursor : cursors) {
      cursor.readAhead(keys);
    }
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

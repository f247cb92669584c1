package io.millrace.runtime.state.heap;

import io.millrace.core.state.AggregatingState;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingState;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.FlatValueState;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NextKeys;
import io.millrace.runtime.state.PanedRows;
import io.millrace.runtime.state.PanedState;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateEvolutions;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.StateKind;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.Timer;
import io.millrace.runtime.state.TimerQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Keyed state by name over a {@link StateStorage}: the heap, in pages of at most 64 KB with long
 * keys unboxed and flat values flat, or a store on disk with such pages as its cache. Owned by the
 * task thread.
 */
public final class TableKeyedStateBackend<K> implements KeyedStateBackend<K> {
  private static final int SLOTS_PER_CLEAN_UP = 64;

  private final KeyedStateContext<K> context;
  private final StateStorage storage;
  private final StateFactory factory;
  private final CurrentKey key;
  private final CutClock cuts;
  private final Map<String, RegisteredState> states = new LinkedHashMap<>();
  private final UnclaimedStates unclaimed;
  private final StateEvolutions evolutions;
  private StateTable<?>[] tables = {};

  /** With all state on the heap. */
  public static <K> TableKeyedStateBackend<K> onHeap(KeyedStateContext<K> context) {
    return new TableKeyedStateBackend<>(context, HeapStorage::new);
  }

  public TableKeyedStateBackend(KeyedStateContext<K> context, StateStorage.Maker storage) {
    this.context = context;
    this.cuts = new CutClock(context.pagesMade());
    this.key = new CurrentKey(context.keyType(), context.keyGroups(), context.maxParallelism());
    this.storage = storage.make(context, key, cuts);
    this.unclaimed = new UnclaimedStates(this.storage);
    this.evolutions = new StateEvolutions(context.operator(), context.classLoader());
    this.factory = new StateFactory(context, key, cuts, this.storage);
  }

  @Override
  public void setCurrentKey(K newKey, int hash) {
    if (key.isLong()) {
      key.set(key.codec().toLong(newKey), hash);
    } else {
      key.set(newKey, hash);
    }
  }

  @Override
  public void setCurrentLongKey(long newKey, int hash) {
    key.set(newKey, hash);
  }

  @Override
  public boolean isFar() {
    for (StateTable<?> table : tables) {
      if (table.isFar()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long fetch(int[] hashes, int from, int to) {
    long seen = 0;
    for (StateTable<?> table : tables) {
      if (table.isFar()) {
        seen += table.fetch(key, hashes, from, to);
      }
    }
    return seen;
  }

  @Override
  public void setCurrentKey(Timer<?> timer) {
    if (key.isLong()) {
      key.set(timer.longKey(), timer.hash());
    } else {
      key.set(timer.objectKey(), timer.hash());
    }
  }

  @Override
  public boolean wantsNextKeys(int records) {
    return storage.wantsNextKeys(records);
  }

  @Override
  public void readAhead(NextKeys keys) {
    storage.readAhead(keys);
  }

  @Override
  @SuppressWarnings("unchecked")
  public K currentKey() {
    return (K) key.asObject();
  }

  @Override
  public Optional<RawState> peek(String name, K wanted) {
    RegisteredState state = states.get(name);
    if (state == null) {
      throw new IllegalArgumentException(
          unclaimedStates().contains(name)
              ? "the function has not asked for it since it was restored"
              : "the function has asked for no such state, only for " + states.keySet());
    }
    BinaryWriter out = new BinaryWriter();
    CurrentKey.Saved before = key.save();
    try {
      key.set(wanted);
      return state.peek(out)
          ? Optional.of(
              new RawState(state.meta(), "Operator " + context.operator(), out.toByteArray()))
          : Optional.empty();
    } catch (UnsupportedOperationException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } finally {
      key.reset(before);
    }
  }

  @Override
  public List<StateMeta> registeredStates() {
    return states.values().stream().map(RegisteredState::meta).toList();
  }

  @Override
  public KeyCodec<K> keyCodec() {
    return context.keyType().keyCodec();
  }

  @Override
  public KeyGroupRange keyGroups() {
    return context.keyGroups();
  }

  @Override
  public int maxParallelism() {
    return context.maxParallelism();
  }

  @Override
  public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
    StateMeta meta = factory.meta(StateKind.VALUE, descriptor, StateMeta.NONE);
    return registered(meta, () -> factory.value(meta, descriptor));
  }

  @Override
  public <T> FlatValueState<T> flatState(ValueStateDescriptor<T> descriptor) {
    if (getState(descriptor) instanceof FlatValueState<T> flat) {
      return flat;
    }
    throw new IllegalArgumentException(
        "State '"
            + descriptor.name()
            + "' of operator "
            + context.operator()
            + " can't be open word by word: that takes an integer key, a value that is a primitive"
            + " or a record of primitives, and no time to live");
  }

  /** The handle of the state that {@code meta} describes, made at the first call. */
  @SuppressWarnings("unchecked")
  private <H> H registered(StateMeta meta, Supplier<RegisteredState> maker) {
    RegisteredState state = states.get(meta.name());
    if (state == null) {
      for (StateMeta was : storage.adopted().states()) {
        if (was.name().equals(meta.name())) {
          evolutions.of(was, meta);
        }
      }
      state = maker.get();
      states.put(meta.name(), state);
      tables =
          states.values().stream()
              .flatMap(one -> one.table().stream())
              .toArray(StateTable<?>[]::new);
      claim(state);
    } else {
      evolutions.checkSame(state.meta(), meta);
    }
    return (H) state.handle();
  }

  private void claim(RegisteredState state) {
    CurrentKey.Saved before = key.save();
    unclaimed
        .claim(state.meta().name())
        .forEach(
            (group, found) ->
                found.forEach(
                    one -> {
                      decode(state, group, one.load());
                      one.kept().drop();
                    }));
    claimAdopted(state);
    key.reset(before);
  }

  /** What the storage has could not be taken as it is: it is read as a snapshot's. */
  private void claimAdopted(RegisteredState state) {
    StateStorage.Adopted adopted = storage.adopted();
    String name = state.meta().name();
    if (adopted.states().stream().anyMatch(meta -> meta.name().equals(name))) {
      KeyGroupRange range = context.keyGroups();
      for (int group = range.first(); group <= range.last(); group++) {
        Optional<RawState> raw = adopted.load(name, group);
        if (raw.isPresent()) {
          decode(state, group, raw.get());
        }
      }
      adopted.drop(name);
    }
  }

  private void decode(RegisteredState state, int group, RawState raw) {
    try {
      RawState current = evolutions.current(raw, state.meta());
      BinaryReader entries = current.reader(context.classLoader());
      state.restore(group - context.keyGroups().first(), current.meta(), entries);
      if (entries.remaining() > 0) {
        throw new CorruptDataException(entries.remaining() + " bytes are left over");
      }
    } catch (CorruptDataException e) {
      throw new CorruptStateException(
          raw.origin() + ", state '" + raw.meta().name() + "' cannot be read: " + e.getMessage(),
          e);
    }
  }

  @Override
  public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
    StateMeta meta = factory.meta(StateKind.LIST, descriptor, StateMeta.NONE);
    return registered(meta, () -> factory.list(meta, descriptor));
  }

  @Override
  public <U, V> MapState<U, V> getMapState(MapStateDescriptor<U, V> descriptor) {
    StateMeta meta = factory.meta(StateKind.MAP, descriptor, descriptor.keyType().schema());
    return registered(meta, () -> factory.map(meta, descriptor));
  }

  @Override
  public <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
    StateMeta meta = factory.meta(StateKind.REDUCING, descriptor, StateMeta.NONE);
    return registered(meta, () -> factory.reducing(meta, descriptor));
  }

  @Override
  public <I, A, O> AggregatingState<I, O> getAggregatingState(
      AggregatingStateDescriptor<I, A, O> descriptor) {
    StateMeta meta = factory.meta(StateKind.AGGREGATING, descriptor, StateMeta.NONE);
    return registered(meta, () -> factory.aggregating(meta, descriptor));
  }

  @Override
  public <A> PanedState<A> panedState(String name, TypeInformation<A> type) {
    StateMeta meta = factory.meta(StateKind.PANES, name, type.schema());
    return registered(meta, () -> factory.panes(meta, type));
  }

  @Override
  public <T> PanedRows<T> panedRows(String name, TypeInformation<T> type) {
    StateMeta meta = factory.meta(StateKind.PANED_ROWS, name, type.schema());
    return registered(meta, () -> factory.rows(meta, type));
  }

  @Override
  public <N> TimerQueue<N> timers(String name, TypeSerializer<N> namespaces, TypeSchema schema) {
    StateMeta meta = factory.meta(StateKind.TIMERS, name, schema);
    return registered(meta, () -> factory.timers(meta, namespaces));
  }

  @Override
  public KeyedCut snapshot(CutKind kind) {
    // What no one has claimed yet is kept in the form of a snapshot.
    StateStorage.Cut stored = storage.beginCut(unclaimed.isEmpty() ? kind : CutKind.WHOLE);
    List<RegisteredState.Capture> captures = new ArrayList<>(states.size());
    try {
      for (RegisteredState state : states.values()) {
        captures.add(state.capture());
      }
      captures.addAll(storage.adopted().capture());
    } catch (RuntimeException | Error e) {
      stored.release();
      throw e;
    }
    cuts.thaw();
    CutClock.Hold hold = cuts.cut();
    key.invalidate();
    return new TableCut(context.keyGroups(), captures, unclaimed.capture(), stored, hold::release);
  }

  @Override
  public boolean goOnWithCut() {
    return storage.goOnWithCut();
  }

  @Override
  public List<SharedFile> restore(List<StateHandles> subtasks, SnapshotReader reader)
      throws IOException {
    String uid = context.operator();
    Optional<StoreImage> own = ownImage(subtasks);
    boolean adopted =
        own.isPresent() && states.isEmpty() && storage.adopt(own.orElseThrow(), reader);
    if (adopted) {
      reader.readSections(uid, subtasks, context.keyGroups(), unclaimed::add);
    } else {
      reader.readKeyed(uid, subtasks, context.keyGroups(), unclaimed::add);
    }
    for (RegisteredState state : states.values()) {
      claim(state);
    }
    return adopted ? own.orElseThrow().files() : List.of();
  }

  /** The image that has exactly the key groups of this backend, if there is one. */
  private Optional<StoreImage> ownImage(List<StateHandles> subtasks) {
    return subtasks.stream()
        .flatMap(subtask -> subtask.keyed().stream())
        .flatMap(section -> section.image().stream())
        .filter(image -> image.range().equals(context.keyGroups()))
        .findFirst();
  }

  @Override
  public List<String> unclaimedStates() {
    TreeSet<String> names = new TreeSet<>(unclaimed.names());
    storage.adopted().states().forEach(meta -> names.add(meta.name()));
    return List.copyOf(names);
  }

  @Override
  public void dropUnclaimedStates() {
    unclaimed.drop();
    StateStorage.Adopted adopted = storage.adopted();
    for (StateMeta meta : adopted.states()) {
      adopted.drop(meta.name());
    }
  }

  @Override
  public void cleanUpSome() {
    cuts.thaw();
    for (RegisteredState state : states.values()) {
      state.cleanUp(SLOTS_PER_CLEAN_UP);
    }
    storage.cleanUpSome();
  }

  /** How many entries a state has, expired ones included; 0 if there is no such state. */
  public long entryCount(String name) {
    RegisteredState state = states.get(name);
    return state == null ? 0 : state.size();
  }

  @Override
  public void close() {
    states.clear();
    storage.close();
  }
}

package io.millrace.runtime.state.heap;

import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.state.StateKind;
import io.millrace.runtime.state.StateMeta;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Makes the states of a backend: what each stores, and its handle. */
final class StateFactory {
  /** The most words and references of a value that is taken apart. */
  private static final int MAX_PARTS = 16;

  private final KeyedStateContext<?> context;
  private final CurrentKey key;
  private final CutClock cuts;
  private final StateStorage storage;

  StateFactory(KeyedStateContext<?> context, CurrentKey key, CutClock cuts, StateStorage storage) {
    this.context = context;
    this.key = key;
    this.cuts = cuts;
    this.storage = storage;
  }

  StateMeta meta(StateKind kind, StateDescriptor<?> descriptor, TypeSchema userKey) {
    return new StateMeta(
        descriptor.name(),
        kind,
        context.keyType().schema(),
        userKey,
        descriptor.type().schema(),
        descriptor.ttl().isPresent());
  }

  StateMeta meta(StateKind kind, String name, TypeSchema value) {
    return new StateMeta(name, kind, context.keyType().schema(), StateMeta.NONE, value, false);
  }

  <T> RegisteredState value(StateMeta meta, ValueStateDescriptor<T> descriptor) {
    TypeInformation<T> type = descriptor.type();
    // Values are copied in and out, so none is ever changed in place.
    StoredForm<T> form = StoredForm.of(type.serializer(), type.flatLayout(), false);
    if (form.flat().isPresent() && key.isLong() && descriptor.ttl().isEmpty()) {
      return storage.flatLongs(meta, form);
    }
    Function<EntryCursor<T>, Object> handle =
        cursor -> make(HeapValueState.class, cursor, form.serializer(), isMutableObject(type));
    Optional<? extends RowLayout<T>> row =
        type.rowLayout().filter(parts -> parts.words() + parts.references() <= MAX_PARTS);
    return row.isPresent()
        ? storage.rows(meta, form, row.get(), descriptor.ttl(), handle)
        : table(meta, form, descriptor.ttl(), handle);
  }

  <T> RegisteredState list(StateMeta meta, ListStateDescriptor<T> descriptor) {
    TypeSerializer<T> elements = descriptor.type().serializer();
    boolean timed = meta.ttl();
    LongSupplier clock = context.clock();
    StoredForm<StoredList<T>> form =
        new StoredForm<>(
            new StoredListSerializer<>(elements, timed, timed, clock),
            Optional.empty(),
            new StoredListSerializer<>(elements, true, timed, clock),
            new StoredListSerializer<>(elements, false, timed, clock),
            true);
    return table(
        meta,
        form,
        descriptor.ttl(),
        cursor -> make(HeapListState.class, new ListAccess<>(cursor), elements));
  }

  <U, V> RegisteredState map(StateMeta meta, MapStateDescriptor<U, V> descriptor) {
    KeyCodec<U> codec = mapKeyCodec(descriptor);
    TypeSerializer<V> values = descriptor.type().serializer();
    boolean timed = meta.ttl();
    LongSupplier clock = context.clock();
    StoredForm<StoredMap<U, V>> form =
        new StoredForm<>(
            new StoredMapSerializer<>(codec, values, timed, timed, clock),
            Optional.empty(),
            new StoredMapSerializer<>(codec, values, true, timed, clock),
            new StoredMapSerializer<>(codec, values, false, timed, clock),
            true);
    return table(
        meta,
        form,
        descriptor.ttl(),
        cursor ->
            make(
                HeapMapState.class,
                new MapAccess<>(cursor, codec),
                descriptor.keyType().serializer(),
                values));
  }

  private <U> KeyCodec<U> mapKeyCodec(MapStateDescriptor<U, ?> descriptor) {
    try {
      return descriptor.keyType().keyCodec();
    } catch (UnsupportedTypeException e) {
      UnsupportedTypeException named =
          new UnsupportedTypeException(
              "Map state '"
                  + descriptor.name()
                  + "' of operator "
                  + context.operator()
                  + " has keys that cannot be compared: "
                  + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  <T> RegisteredState reducing(StateMeta meta, ReducingStateDescriptor<T> descriptor) {
    TypeInformation<T> type = descriptor.type();
    boolean mutable = isMutableObject(type);
    return table(
        meta,
        StoredForm.of(type.serializer(), type.flatLayout(), mutable),
        descriptor.ttl(),
        cursor ->
            make(
                HeapReducingState.class,
                cursor,
                descriptor.function(),
                type.serializer(),
                mutable));
  }

  <A> RegisteredState aggregating(StateMeta meta, AggregatingStateDescriptor<?, A, ?> descriptor) {
    TypeInformation<A> type = descriptor.type();
    boolean mutable = isMutableObject(type);
    return table(
        meta,
        StoredForm.of(type.serializer(), type.flatLayout(), mutable),
        descriptor.ttl(),
        cursor ->
            make(
                HeapAggregatingState.class,
                cursor,
                descriptor.function(),
                type.serializer(),
                mutable));
  }

  <A> RegisteredState panes(StateMeta meta, TypeInformation<A> type) {
    boolean mutable = isMutableObject(type);
    StoredForm<A> form = StoredForm.of(type.serializer(), type.flatLayout(), mutable);
    return storage.panes(meta, form, mutable);
  }

  /** On the heap in every backend, like timers. */
  <T> RegisteredState rows(StateMeta meta, TypeInformation<T> type) {
    Optional<FlatLayout<Long>> newest = TypeInformation.of(Long.class).flatLayout();
    int groupBits = Integer.numberOfTrailingZeros(context.maxParallelism());
    SegmentLayout layout = new SegmentLayout(key.codec(), groupBits, 1, false, false);
    RowPanes<T> panes =
        new RowPanes<>(
            start ->
                new RowPane<>(
                    start,
                    key,
                    new TableCursor<>(
                        new StateTable<>(layout, newest, cuts, context.keyGroups().size()),
                        key,
                        context.clock(),
                        Optional.empty()),
                    new RowLog<>(type.flatLayout())));
    boolean copied = isMutableObject(type);
    Object handle = make(HeapPanedRows.class, panes, type.serializer(), copied);
    return new RowsRegistration<>(meta, panes, type.serializer(), key, handle);
  }

  <N> RegisteredState timers(StateMeta meta, TypeSerializer<N> namespaces) {
    HeapTimerQueue<N> queue = new HeapTimerQueue<>(key, cuts, context.keyGroups().size());
    return new TimersRegistration<>(meta, queue, namespaces, key);
  }

  private <V> RegisteredState table(
      StateMeta meta,
      StoredForm<V> form,
      Optional<StateTtlConfig> ttl,
      Function<EntryCursor<V>, Object> handle) {
    return storage.table(meta, form, ttl, handle);
  }

  private static boolean isMutableObject(TypeInformation<?> type) {
    return type.flatLayout().isEmpty() && !type.serializer().isImmutable();
  }

  private Object make(Class<?> handleClass, Object... arguments) {
    return context.handles().newHandle(handleClass, arguments);
  }
}

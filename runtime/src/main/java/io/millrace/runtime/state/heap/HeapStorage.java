package io.millrace.runtime.state.heap;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.RowLayout;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.StoreFiles;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Entries in tables on the heap, whose pages are copied on the first write after a cut. */
final class HeapStorage implements StateStorage {
  private final KeyedStateContext<?> context;
  private final CurrentKey key;
  private final CutClock cuts;

  HeapStorage(KeyedStateContext<?> context, CurrentKey key, CutClock cuts) {
    this.context = context;
    this.key = key;
    this.cuts = cuts;
  }

  @Override
  public <V> RegisteredState table(
      StateMeta meta,
      StoredForm<V> form,
      Optional<StateTtlConfig> ttl,
      Function<EntryCursor<V>, Object> handle) {
    TableCursor<V> cursor = cursor(form, ttl);
    return new TableState<>(meta, cursor, form, key, handle.apply(cursor));
  }

  @Override
  public <V> RegisteredState rows(
      StateMeta meta,
      StoredForm<V> form,
      RowLayout<V> row,
      Optional<StateTtlConfig> ttl,
      Function<EntryCursor<V>, Object> handle) {
    SegmentLayout layout =
        SegmentLayout.ofRows(key.codec(), context.groupBits(), row, ttl.isPresent());
    TableCursor<V> cursor =
        new TableCursor<>(
            new StateTable<>(layout, Optional.of(row), cuts, context.keyGroups().size()),
            key,
            context.clock(),
            ttl);
    return new TableState<>(
        meta, cursor, form, key, context.handles().newHandle(RowValueState.class, cursor, row));
  }

  @Override
  public <V> RegisteredState flatLongs(StateMeta meta, StoredForm<V> form) {
    TableCursor<V> cursor = cursor(form, Optional.empty());
    FlatLayout<V> flat = form.flat().orElseThrow();
    Object handle = context.handles().newHandle(FlatLongValueState.class, key, flat, cursor);
    return new TableState<>(meta, cursor, form, key, handle);
  }

  @Override
  public <A> RegisteredState panes(StateMeta meta, StoredForm<A> form, boolean copied) {
    SegmentLayout layout = layout(form, false);
    Panes<A> panes = new Panes<>(() -> cursor(layout, form, Optional.empty()));
    Object handle =
        context.handles().newHandle(HeapPanedState.class, panes, key, form.serializer(), copied);
    return new PanesRegistration<>(
        meta, panes, new EntryFormat<>(layout, form.serializer(), form.flat()), key, handle);
  }

  private <V> TableCursor<V> cursor(StoredForm<V> form, Optional<StateTtlConfig> ttl) {
    return cursor(layout(form, ttl.isPresent()), form, ttl);
  }

  private <V> TableCursor<V> cursor(
      SegmentLayout layout, StoredForm<V> form, Optional<StateTtlConfig> ttl) {
    return new TableCursor<>(
        new StateTable<>(layout, form.flat(), cuts, context.keyGroups().size()),
        key,
        context.clock(),
        ttl);
  }

  private SegmentLayout layout(StoredForm<?> form, boolean timed) {
    int valueWords = form.flat().map(FlatLayout::words).orElse(0);
    return new SegmentLayout(
        key.codec(), context.groupBits(), valueWords, timed, form.changedInPlace());
  }

  @Override
  public Kept keep(byte[] bytes) {
    return new Kept() {
      @Override
      public byte[] load() {
        return bytes;
      }

      @Override
      public Supplier<byte[]> inCut() {
        return () -> bytes;
      }

      @Override
      public void drop() {}
    };
  }

  @Override
  public Cut beginCut(CutKind kind) {
    return new Cut() {
      @Override
      public CompletionStage<Void> prepared() {
        return CompletableFuture.completedStage(null);
      }

      @Override
      public <R> Optional<R> withFiles(StoreFiles.Use<R> use) {
        return Optional.empty();
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public boolean adopt(StoreImage image, SnapshotReader reader) {
    return false;
  }

  @Override
  public Adopted adopted() {
    return Adopted.NONE;
  }

  @Override
  public boolean goOnWithCut() {
    return false;
  }

  @Override
  public void cleanUpSome() {}

  @Override
  public void close() {}
}

package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.heap.EntryFormat;
import io.millrace.runtime.state.heap.RegisteredState;
import io.millrace.runtime.state.heap.StoredForm;
import io.millrace.runtime.state.rocksdb.StoredState.StoredTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Panes as the backend sees them. */
final class CachedPanesState<A> implements RegisteredState {
  private final StateMeta meta;
  private final int number;
  private final CachedPanes<A> panes;
  private final StoredForm<A> form;
  private final ObjectCache cache;
  private final Object handle;
  private final Supplier<DatabaseCut> cut;

  /**
   * @param number in the keys of the database
   * @param cut the one that is being captured
   */
  CachedPanesState(
      StateMeta meta,
      int number,
      CachedPanes<A> panes,
      StoredForm<A> form,
      ObjectCache cache,
      Object handle,
      Supplier<DatabaseCut> cut) {
    this.meta = meta;
    this.number = number;
    this.panes = panes;
    this.form = form;
    this.cache = cache;
    this.handle = handle;
    this.cut = cut;
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  /** What an image says of it. */
  StoredState stored() {
    return new StoredState(
        meta,
        number,
        panes.all().stream()
            .map(pane -> new StoredTable(pane.start(), pane.table().size()))
            .toList());
  }

  @Override
  public Object handle() {
    return handle;
  }

  @Override
  public void restore(int groupIndex, StateMeta written, BinaryReader entries) {
    int count = entries.readSize(8);
    for (int i = 0; i < count; i++) {
      EntryFormat.read(
          entries,
          form.serializer(),
          groupIndex,
          false,
          cache.key(),
          panes.findOrCreate(entries.readLong()));
    }
  }

  @Override
  public long size() {
    return panes.all().stream().mapToLong(pane -> pane.table().size()).sum();
  }

  @Override
  public Capture capture() {
    record CapturedPane<A>(long start, StoredEntries<A> entries) {}
    List<CapturedPane<A>> captured = new ArrayList<>();
    for (CachedPane<A> pane : panes.all()) {
      captured.add(
          new CapturedPane<>(
              pane.start(), new StoredEntries<>(pane.table(), cut.get(), cache.loader())));
    }
    BinaryWriter present = new BinaryWriter();
    return new Capture() {
      @Override
      public StateMeta meta() {
        return meta;
      }

      @Override
      public boolean write(int groupIndex, BinaryWriter out) {
        int count = 0;
        present.reset();
        for (CapturedPane<A> pane : captured) {
          int before = present.size();
          present.writeLong(pane.start());
          if (pane.entries().write(groupIndex, present)) {
            count++;
          } else {
            present.truncate(before);
          }
        }
        if (count == 0) {
          return false;
        }
        out.writeVarInt(count);
        out.writeBytes(present.array(), 0, present.size());
        return true;
      }
    };
  }

  @Override
  public void cleanUp(int slots) {}
}

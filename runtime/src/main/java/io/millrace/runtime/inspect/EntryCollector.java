package io.millrace.runtime.inspect;

import io.millrace.core.types.BinaryReader;
import io.millrace.runtime.state.EntryVisitor;
import io.millrace.runtime.state.StateKind;
import io.millrace.runtime.state.StateMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Makes {@link StateEntry}s of the parts it is led through. For one thread. */
final class EntryCollector implements EntryVisitor {
  private final Consumer<StateEntry> entries;
  private final EntryReaders readers;
  private final boolean lists;
  private final boolean elementsAreCounted;
  private Optional<Object> key = Optional.empty();
  private Optional<Object> userKey = Optional.empty();
  private OptionalLong pane = OptionalLong.empty();
  private OptionalLong timer = OptionalLong.empty();
  private OptionalLong updated = OptionalLong.empty();

  /** Whether the next count is one of elements of the key. */
  private boolean atKey;

  private List<Object> elements = List.of();
  private int missing;

  EntryCollector(StateMeta meta, EntryReaders readers, Consumer<StateEntry> entries) {
    this.entries = entries;
    this.readers = readers;
    this.lists = meta.kind() == StateKind.LIST || meta.kind() == StateKind.PANED_ROWS;
    this.elementsAreCounted = lists || meta.kind() == StateKind.MAP;
  }

  @Override
  public void count(int count) {
    if (!atKey || !elementsAreCounted) {
      return;
    }
    atKey = false;
    if (lists) {
      elements = new ArrayList<>();
      missing = count;
      if (count == 0) {
        emit(elements);
      }
    }
  }

  @Override
  public void pane(long start) {
    pane = OptionalLong.of(start);
  }

  @Override
  public void key(BinaryReader in) {
    key = Optional.of(readers.keys().apply(in));
    atKey = true;
    updated = OptionalLong.empty();
  }

  @Override
  public void userKey(BinaryReader in) {
    userKey = Optional.of(readers.userKeys().apply(in));
  }

  @Override
  public void time(long time) {
    updated = OptionalLong.of(time);
  }

  @Override
  public void timer(long timestamp) {
    timer = OptionalLong.of(timestamp);
  }

  @Override
  public void mark(long mark) {}

  @Override
  public void value(BinaryReader in) {
    Object value = readers.values().apply(in);
    if (!lists) {
      emit(value);
      return;
    }
    elements.add(value);
    if (--missing == 0) {
      emit(elements);
    }
  }

  private void emit(Object value) {
    entries.accept(new StateEntry(key, userKey, pane, timer, updated, value));
  }
}

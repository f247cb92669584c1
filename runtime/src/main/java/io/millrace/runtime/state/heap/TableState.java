package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.StateMeta;
import java.util.Optional;

/**
 * A state of one entry a key: all kinds but panes and timers.
 *
 * @param <V> what is stored for a key
 */
final class TableState<V> implements RegisteredState {
  private final StateMeta meta;
  private final StateTable<V> table;
  private final TableCursor<V> cursor;
  private final EntryFormat<V> format;
  private final TypeSerializer<V> timedReader;
  private final TypeSerializer<V> untimedReader;
  private final CurrentKey key;
  private final Object handle;
  private int sweepGroup;
  private int sweepPlace;
  private int sweepSlot;

  TableState(
      StateMeta meta, TableCursor<V> cursor, StoredForm<V> form, CurrentKey key, Object handle) {
    this.meta = meta;
    this.table = cursor.table();
    this.cursor = cursor;
    this.format = new EntryFormat<>(table.layout(), form.serializer(), table.row());
    this.timedReader = form.timedReader();
    this.untimedReader = form.untimedReader();
    this.key = key;
    this.handle = handle;
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  @Override
  public Object handle() {
    return handle;
  }

  @Override
  public Optional<StateTable<?>> table() {
    return Optional.of(table);
  }

  @Override
  public void restore(int groupIndex, StateMeta written, BinaryReader entries) {
    TypeSerializer<V> values = written.ttl() ? timedReader : untimedReader;
    EntryFormat.read(entries, values, groupIndex, written.ttl(), key, cursor);
  }

  @Override
  public long size() {
    return table.size();
  }

  @Override
  public boolean peek(BinaryWriter out) {
    int hash = key.hash();
    Segment segment = table.segment(key.group(), hash);
    int slot =
        key.isLong() ? segment.find(key.longKey(), hash) : segment.find(key.objectKey(), hash);
    if (slot < 0 || cursor.ttlMillis() != 0 && cursor.isExpired(segment.time(slot))) {
      return false;
    }
    out.writeVarInt(1);
    format.write(segment, slot, out);
    return true;
  }

  @Override
  public Capture capture() {
    Segment[][] directories = table.capture();
    return new Capture() {
      @Override
      public StateMeta meta() {
        return meta;
      }

      @Override
      public boolean write(int groupIndex, BinaryWriter out) {
        Segment[] directory = directories[groupIndex];
        if (EntryFormat.count(directory) == 0) {
          return false;
        }
        format.write(directory, out);
        return true;
      }
    };
  }

  @Override
  public void cleanUp(int slots) {
    if (cursor.ttlMillis() == 0 || table.size() == 0) {
      return;
    }
    for (int left = slots; left > 0; left--) {
      Segment[] directory = table.directory(sweepGroup);
      if (sweepPlace >= directory.length) {
        sweepGroup = (sweepGroup + 1) % table.groups();
        sweepPlace = 0;
        sweepSlot = 0;
        continue;
      }
      Segment segment = directory[sweepPlace];
      // While a cut is written, a frozen page isn't copied only to clean it.
      if (sweepSlot >= segment.slots() || table.clock().isFrozen(segment.stamp())) {
        sweepPlace += directory.length >>> segment.depth();
        sweepSlot = 0;
        continue;
      }
      if (segment.isUsed(sweepSlot) && cursor.isExpired(segment.time(sweepSlot))) {
        // The removal may shift another entry into this slot: look at it again.
        table.removeExpired(segment, sweepSlot);
        key.invalidate();
      } else {
        sweepSlot++;
      }
    }
  }
}

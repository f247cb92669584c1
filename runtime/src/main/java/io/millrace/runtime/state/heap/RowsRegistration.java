package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.PanedRows;
import io.millrace.runtime.state.StateMeta;
import java.util.Arrays;
import java.util.List;

/** Panes of rows as the backend sees them. */
final class RowsRegistration<T> implements RegisteredState {
  private final StateMeta meta;
  private final RowPanes<T> panes;
  private final TypeSerializer<T> serializer;
  private final CurrentKey key;
  private final Object handle;

  RowsRegistration(
      StateMeta meta,
      RowPanes<T> panes,
      TypeSerializer<T> serializer,
      CurrentKey key,
      Object handle) {
    this.meta = meta;
    this.panes = panes;
    this.serializer = serializer;
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
  @SuppressWarnings("unchecked") // the handle is a copy of HeapPanedRows
  public void restore(int groupIndex, StateMeta written, BinaryReader entries) {
    PanedRows<T> rows = (PanedRows<T>) handle;
    for (int pane = entries.readSize(Long.BYTES); pane > 0; pane--) {
      long start = entries.readLong();
      for (int keys = entries.readSize(1); keys > 0; keys--) {
        key.set(key.codec().decode(entries));
        if (key.group() != groupIndex) {
          throw new CorruptDataException("A key is not of its section's key group");
        }
        for (int n = entries.readSize(Long.BYTES); n > 0; n--) {
          long mark = entries.readLong();
          rows.add(start, serializer.read(entries), mark);
        }
      }
    }
  }

  @Override
  public long size() {
    return panes.all().stream().mapToLong(pane -> pane.table().size()).sum();
  }

  @Override
  public Capture capture() {
    List<CapturedPane<T>> captured =
        panes.all().stream()
            .map(
                pane ->
                    new CapturedPane<>(pane.start(), pane.table().capture(), pane.log().capture()))
            .toList();
    return new Capture() {
      private int[] order = new int[16];

      @Override
      public StateMeta meta() {
        return meta;
      }

      @Override
      public boolean write(int groupIndex, BinaryWriter out) {
        List<CapturedPane<T>> present =
            captured.stream()
                .filter(pane -> EntryFormat.count(pane.directories[groupIndex]) > 0)
                .toList();
        if (present.isEmpty()) {
          return false;
        }
        out.writeVarInt(present.size());
        for (CapturedPane<T> pane : present) {
          out.writeLong(pane.start);
          write(pane.directories[groupIndex], pane.log, out);
        }
        return true;
      }

      private void write(Segment[] directory, RowLog<T> log, BinaryWriter out) {
        KeyCodec<Object> codec = key.codec();
        out.writeVarInt(EntryFormat.count(directory));
        // The places of one segment are neighbours.
        for (int i = 0; i < directory.length; i += directory.length >>> directory[i].depth()) {
          Segment segment = directory[i];
          for (int slot = 0; slot < segment.slots(); slot++) {
            if (segment.isUsed(slot)) {
              Object of =
                  key.isLong() ? codec.fromLong(segment.longKey(slot)) : segment.objectKey(slot);
              codec.encode(of, out);
              write(log, (int) segment.words()[segment.valueIndex(slot)], out);
            }
          }
        }
      }

      /** The rows of a key, oldest first. */
      private void write(RowLog<T> log, int newest, BinaryWriter out) {
        int count = 0;
        for (int row = newest; row != 0; row = log.previous(row)) {
          if (count == order.length) {
            order = Arrays.copyOf(order, count * 2);
          }
          order[count++] = row;
        }
        out.writeVarInt(count);
        while (count > 0) {
          int row = order[--count];
          out.writeLong(log.mark(row));
          serializer.write(log.value(row), out);
        }
      }
    };
  }

  @Override
  public void cleanUp(int slots) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record CapturedPane<T>(long start, Segment[][] directories, RowLog<T> log) {}
}

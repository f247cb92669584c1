package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.StateMeta;
import java.util.ArrayList;
import java.util.List;

/** Panes as the backend sees them. */
final class PanesRegistration<A> implements RegisteredState {
  private final StateMeta meta;
  private final Panes<A> panes;
  private final EntryFormat<A> format;
  private final CurrentKey key;
  private final Object handle;

  PanesRegistration(
      StateMeta meta, Panes<A> panes, EntryFormat<A> format, CurrentKey key, Object handle) {
    this.meta = meta;
    this.panes = panes;
    this.format = format;
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
  public void restore(int groupIndex, StateMeta written, BinaryReader entries) {
    int count = entries.readSize(8);
    for (int i = 0; i < count; i++) {
      TableCursor<A> pane = panes.findOrCreate(entries.readLong());
      EntryFormat.read(entries, format.serializer(), groupIndex, false, key, pane);
    }
  }

  @Override
  public long size() {
    return panes.all().stream().mapToLong(pane -> pane.table().size()).sum();
  }

  @Override
  public Capture capture() {
    List<CapturedPane> captured = new ArrayList<>();
    for (Pane<A> pane : panes.all()) {
      captured.add(new CapturedPane(pane.start(), pane.table().capture()));
    }
    return new Capture() {
      @Override
      public StateMeta meta() {
        return meta;
      }

      @Override
      public boolean write(int groupIndex, BinaryWriter out) {
        List<CapturedPane> present =
            captured.stream()
                .filter(pane -> EntryFormat.count(pane.directories[groupIndex]) > 0)
                .toList();
        if (present.isEmpty()) {
          return false;
        }
        out.writeVarInt(present.size());
        for (CapturedPane pane : present) {
          out.writeLong(pane.start);
          format.write(pane.directories[groupIndex], out);
        }
        return true;
      }
    };
  }

  @Override
  public void cleanUp(int slots) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record CapturedPane(long start, Segment[][] directories) {}
}

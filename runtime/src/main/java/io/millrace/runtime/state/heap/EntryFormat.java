package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeSerializer;
import java.util.Optional;

/**
 * Writes the entries of a table's key group into a snapshot and reads them. Stateless; safe for use
 * by any thread on tables that are not being changed.
 */
public final class EntryFormat<V> {
  private final SegmentLayout layout;
  private final TypeSerializer<V> serializer;
  private final Optional<? extends RowLayout<V>> row;

  EntryFormat(
      SegmentLayout layout, TypeSerializer<V> serializer, Optional<? extends RowLayout<V>> row) {
    this.layout = layout;
    this.serializer = serializer;
    this.row = row;
  }

  TypeSerializer<V> serializer() {
    return serializer;
  }

  static int count(Segment[] directory) {
    int count = 0;
    for (int i = 0; i < directory.length; i += directory.length >>> directory[i].depth()) {
      count += directory[i].size();
    }
    return count;
  }

  void write(Segment[] directory, BinaryWriter out) {
    out.writeVarInt(count(directory));
    // The places of one segment are neighbours.
    for (int i = 0; i < directory.length; i += directory.length >>> directory[i].depth()) {
      write(directory[i], out);
    }
  }

  private void write(Segment segment, BinaryWriter out) {
    for (int slot = 0; slot < segment.slots(); slot++) {
      if (segment.isUsed(slot)) {
        write(segment, slot, out);
      }
    }
  }

  /** Writes one entry. */
  @SuppressWarnings("unchecked")
  void write(Segment segment, int slot, BinaryWriter out) {
    if (layout.longKeys()) {
      // What every codec of such keys writes.
      out.writeLong(segment.longKey(slot));
    } else {
      layout.codec().encode(segment.objectKey(slot), out);
    }
    if (layout.timed()) {
      out.writeLong(segment.time(slot));
    }
    V value =
        row.isPresent()
            ? row.get()
                .load(
                    segment.words(),
                    segment.valueIndex(slot),
                    segment.values(),
                    slot * layout.references())
            : (V) segment.value(slot);
    serializer.write(value, out);
  }

  /**
   * Puts entries into a state through its cursor.
   *
   * @param values reads values as they were written
   * @param timed whether the entries were written with the times of their last updates
   */
  public static <V> void read(
      BinaryReader in,
      TypeSerializer<V> values,
      int groupIndex,
      boolean timed,
      CurrentKey key,
      EntryCursor<V> cursor) {
    KeyCodec<Object> codec = key.codec();
    int count = in.readSize(1);
    for (int i = 0; i < count; i++) {
      key.set(codec.decode(in));
      if (key.group() != groupIndex) {
        throw new CorruptDataException("A key is not of its section's key group");
      }
      long time = timed ? in.readLong() : cursor.now();
      cursor.restore(values.read(in), time);
    }
  }
}

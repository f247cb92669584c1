package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSerializer;
import java.util.function.LongSupplier;

/**
 * Writes stored lists, each element with its time if lists are timed. Stateless.
 *
 * @param readTimed whether what is read has times
 * @param timed whether lists are to have times
 * @param clock gives the time of what was written without one
 */
record StoredListSerializer<T>(
    TypeSerializer<T> elements, boolean readTimed, boolean timed, LongSupplier clock)
    implements TypeSerializer<StoredList<T>> {
  @Override
  public void write(StoredList<T> value, BinaryWriter out) {
    int size = value.size();
    out.writeVarInt(size);
    for (int i = 0; i < size; i++) {
      if (timed) {
        out.writeLong(value.time(i));
      }
      elements.write(value.get(i), out);
    }
  }

  @Override
  public StoredList<T> read(BinaryReader in) {
    StoredList<T> list = new StoredList<>(timed);
    int size = in.readVarInt();
    for (int i = 0; i < size; i++) {
      long time = readTimed ? in.readLong() : timed ? clock.getAsLong() : 0;
      list.add(elements.read(in), time);
    }
    return list;
  }

  @Override
  public StoredList<T> copy(StoredList<T> value) {
    return value.copy();
  }

  @Override
  public boolean isImmutable() {
    return false;
  }
}

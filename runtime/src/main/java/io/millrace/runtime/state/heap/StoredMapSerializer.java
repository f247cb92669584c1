package io.millrace.runtime.state.heap;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeSerializer;
import java.util.function.LongSupplier;

/**
 * Writes stored maps, each entry with its time if maps are timed. Stateless.
 *
 * @param readTimed whether what is read has times
 * @param timed whether maps are to have times
 * @param clock gives the time of what was written without one
 */
record StoredMapSerializer<U, V>(
    KeyCodec<U> codec,
    TypeSerializer<V> values,
    boolean readTimed,
    boolean timed,
    LongSupplier clock)
    implements TypeSerializer<StoredMap<U, V>> {
  @Override
  public void write(StoredMap<U, V> map, BinaryWriter out) {
    out.writeVarInt(map.size());
    for (int i = 0; i < map.end(); i++) {
      if (map.isUsed(i)) {
        codec.encode(map.key(i), out);
        if (timed) {
          out.writeLong(map.time(i));
        }
        values.write(map.value(i), out);
      }
    }
  }

  @Override
  public StoredMap<U, V> read(BinaryReader in) {
    StoredMap<U, V> map = new StoredMap<>(codec, timed);
    int size = in.readVarInt();
    for (int i = 0; i < size; i++) {
      U key = codec.decode(in);
      long time = readTimed ? in.readLong() : timed ? clock.getAsLong() : 0;
      map.put(key, values.read(in), time);
    }
    return map;
  }

  @Override
  public StoredMap<U, V> copy(StoredMap<U, V> map) {
    return map.copy();
  }

  @Override
  public boolean isImmutable() {
    return false;
  }
}

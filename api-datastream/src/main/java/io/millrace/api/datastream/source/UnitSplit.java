package io.millrace.api.datastream.source;

import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Some of the units that a savepoint's state is read in, with what was read of them.
 *
 * @param unit the next one
 * @param end none from this one on is read
 * @param read of the next unit's entries, in their order
 */
public record UnitSplit(String splitId, int unit, int end, int read) implements SourceSplit {
  private static final int VERSION = 1;

  static final VersionedSerializer<UnitSplit> SERIALIZER =
      new VersionedSerializer<>() {
        @Override
        public int version() {
          return VERSION;
        }

        @Override
        public byte[] serialize(UnitSplit split) {
          BinaryWriter out = new BinaryWriter();
          split.write(out);
          return out.toByteArray();
        }

        @Override
        public UnitSplit deserialize(int version, byte[] bytes) throws IOException {
          return UnitSplit.of(version, bytes, UnitSplit::read);
        }
      };

  static final VersionedSerializer<List<UnitSplit>> LIST_SERIALIZER =
      new VersionedSerializer<>() {
        @Override
        public int version() {
          return VERSION;
        }

        @Override
        public byte[] serialize(List<UnitSplit> splits) {
          BinaryWriter out = new BinaryWriter();
          out.writeVarInt(splits.size());
          splits.forEach(split -> split.write(out));
          return out.toByteArray();
        }

        @Override
        public List<UnitSplit> deserialize(int version, byte[] bytes) throws IOException {
          return UnitSplit.of(
              version,
              bytes,
              in -> {
                int size = in.readSize(4);
                List<UnitSplit> splits = new ArrayList<>(size);
                for (int i = 0; i < size; i++) {
                  splits.add(read(in));
                }
                return splits;
              });
        }
      };

  private void write(BinaryWriter out) {
    out.writeString(splitId);
    out.writeVarInt(unit);
    out.writeVarInt(end);
    out.writeVarInt(read);
  }

  private static UnitSplit read(BinaryReader in) {
    return new UnitSplit(in.readString(), in.readVarInt(), in.readVarInt(), in.readVarInt());
  }

  private interface Decoding<T> {
    T from(BinaryReader in);
  }

  private static <T> T of(int version, byte[] bytes, Decoding<T> decoding) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "Splits of a savepoint of version " + version + " are not known, only " + VERSION);
    }
    try {
      return decoding.from(new BinaryReader(bytes, UnitSplit.class.getClassLoader()));
    } catch (CorruptDataException e) {
      throw new IOException("A corrupt split of a savepoint", e);
    }
  }
}

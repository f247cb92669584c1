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
 * A stretch of numbered elements.
 *
 * @param next the next element to be read
 * @param end the last one, inclusive
 */
public record RangeSplit(String splitId, long next, long end) implements SourceSplit {
  static final VersionedSerializer<RangeSplit> SERIALIZER =
      new Serializer<>() {
        @Override
        void write(RangeSplit split, BinaryWriter out) {
          split.write(out);
        }

        @Override
        RangeSplit read(BinaryReader in) {
          return RangeSplit.read(in);
        }
      };

  static final VersionedSerializer<List<RangeSplit>> LIST_SERIALIZER =
      new Serializer<>() {
        @Override
        void write(List<RangeSplit> splits, BinaryWriter out) {
          out.writeVarInt(splits.size());
          splits.forEach(split -> split.write(out));
        }

        @Override
        List<RangeSplit> read(BinaryReader in) {
          int size = in.readSize(17);
          List<RangeSplit> splits = new ArrayList<>(size);
          for (int i = 0; i < size; i++) {
            splits.add(RangeSplit.read(in));
          }
          return splits;
        }
      };

  private void write(BinaryWriter out) {
    out.writeString(splitId);
    out.writeLong(next);
    out.writeLong(end);
  }

  private static RangeSplit read(BinaryReader in) {
    return new RangeSplit(in.readString(), in.readLong(), in.readLong());
  }

  private abstract static class Serializer<T> implements VersionedSerializer<T> {
    abstract void write(T value, BinaryWriter out);

    abstract T read(BinaryReader in);

    @Override
    public int version() {
      return 1;
    }

    @Override
    public byte[] serialize(T value) {
      BinaryWriter out = new BinaryWriter();
      write(value, out);
      return out.toByteArray();
    }

    @Override
    public T deserialize(int version, byte[] bytes) throws IOException {
      if (version != 1) {
        throw new IOException("Range splits of version " + version + " are not known, only of 1");
      }
      try {
        return read(new BinaryReader(bytes, RangeSplit.class.getClassLoader()));
      } catch (CorruptDataException e) {
        throw new IOException("A corrupt range split", e);
      }
    }
  }
}

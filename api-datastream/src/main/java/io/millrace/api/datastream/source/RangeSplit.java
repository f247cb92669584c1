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
 * Numbered elements, all of a stretch or every so many of it.
 *
 * @param next the next element to be read
 * @param end none behind this number is read
 * @param step from one element to the next
 */
public record RangeSplit(String splitId, long next, long end, long step) implements SourceSplit {
  private static final int WITHOUT_STEP = 1;
  private static final int WITH_STEP = 2;

  static final VersionedSerializer<RangeSplit> SERIALIZER =
      new Serializer<>() {
        @Override
        void write(RangeSplit split, BinaryWriter out) {
          split.write(out);
        }

        @Override
        RangeSplit read(int version, BinaryReader in) {
          return RangeSplit.read(version, in);
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
        List<RangeSplit> read(int version, BinaryReader in) {
          int size = in.readSize(17);
          List<RangeSplit> splits = new ArrayList<>(size);
          for (int i = 0; i < size; i++) {
            splits.add(RangeSplit.read(version, in));
          }
          return splits;
        }
      };

  private void write(BinaryWriter out) {
    out.writeString(splitId);
    out.writeLong(next);
    out.writeLong(end);
    out.writeLong(step);
  }

  private static RangeSplit read(int version, BinaryReader in) {
    return new RangeSplit(
        in.readString(), in.readLong(), in.readLong(), version == WITHOUT_STEP ? 1 : in.readLong());
  }

  /** All elements of a stretch. */
  static RangeSplit of(String splitId, long first, long last) {
    return new RangeSplit(splitId, first, last, 1);
  }

  private abstract static class Serializer<T> implements VersionedSerializer<T> {
    abstract void write(T value, BinaryWriter out);

    abstract T read(int version, BinaryReader in);

    @Override
    public int version() {
      return WITH_STEP;
    }

    @Override
    public byte[] serialize(T value) {
      BinaryWriter out = new BinaryWriter();
      write(value, out);
      return out.toByteArray();
    }

    @Override
    public T deserialize(int version, byte[] bytes) throws IOException {
      if (version != WITHOUT_STEP && version != WITH_STEP) {
        throw new IOException(
            "Range splits of version " + version + " are not known, only up to " + WITH_STEP);
      }
      try {
        return read(version, new BinaryReader(bytes, RangeSplit.class.getClassLoader()));
      } catch (CorruptDataException e) {
        throw new IOException("A corrupt range split", e);
      }
    }
  }
}

package io.millrace.runtime.exchange.netty;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.exchange.CrossingForm;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.Arrays;
import java.util.Optional;

/**
 * Turns batches of one type into bytes and back. One for each edge of a subtask, shared by its
 * channels; for the subtask's thread only.
 *
 * <p>A frame holds a head (flags and count), the values, then the columns: hashes, keys,
 * timestamps. Timestamps are absent, one for all, or distances from the least one in the narrowest
 * width of 1, 2, 4 or 8 bytes that holds them all: about as small as varint deltas for records near
 * each other in time, and without a branch a record.
 */
public final class BatchCodec {
  private static final int KEYED = 1;
  private static final int LONG_KEYS = 2;
  private static final int NO_TIMESTAMPS = 0;
  private static final int ONE_TIMESTAMP = 1;
  private static final int WIDTH_1 = 2;
  private static final int WIDTH_2 = 3;
  private static final int WIDTH_4 = 4;
  private static final int WIDTH_8 = 5;
  private static final int RETAINED_BYTES = 1 << 20;

  private final TypeSerializer<Object> serializer;
  private final Optional<RowLayout<Object>> rows;
  private final BinaryReader reader;
  private final BatchStack batches = new BatchStack();
  private BinaryWriter writer = new BinaryWriter(16 << 10);

  /**
   * @param classLoader resolves class names in late-typed values: the job's
   */
  @SuppressWarnings("unchecked")
  public BatchCodec(CrossingForm<?> form, ClassLoader classLoader) {
    // Values are Objects in a batch: the graph says that they are of this serializer's type.
    this.serializer = (TypeSerializer<Object>) form.serializer();
    this.rows = ((CrossingForm<Object>) form).rows();
    this.reader = new BinaryReader(new byte[0], classLoader);
  }

  /** An empty batch. */
  RecordBatch newBatch() {
    return batches.take();
  }

  /**
   * Writes records from {@code from} on until the frame has grown to {@code targetBytes}; at least
   * one record, however large (FC11).
   *
   * @return the first record that was not written
   */
  int encode(RecordBatch batch, int from, int targetBytes) {
    if (writer.array().length > RETAINED_BYTES) {
      writer = new BinaryWriter(16 << 10);
    }
    BinaryWriter out = writer;
    out.reset();
    out.writeInt(0);
    int size = batch.size;
    int to = from;
    do {
      serializer.write(batch.value(to++), out);
    } while (to < size && out.size() < targetBytes);
    int flags = 0;
    if (batch.keyed) {
      flags |= KEYED;
      for (int i = from; i < to; i++) {
        out.writeInt(batch.hashes[i]);
      }
    }
    if (batch.longKeys) {
      flags |= LONG_KEYS;
      for (int i = from; i < to; i++) {
        out.writeLong(batch.keys[i]);
      }
    }
    flags |=
        (batch.timed ? writeTimestamps(batch.timestamps, from, to, out) : writeOne(batch, out))
            << 2;
    out.setInt(0, flags << 16 | (to - from));
    return to;
  }

  /** What the last {@link #encode} wrote. */
  BinaryWriter encoded() {
    return writer;
  }

  private static int writeOne(RecordBatch batch, BinaryWriter out) {
    if (batch.commonTimestamp == TimestampAssigner.NO_TIMESTAMP) {
      return NO_TIMESTAMPS;
    }
    out.writeLong(batch.commonTimestamp);
    return ONE_TIMESTAMP;
  }

  private static int writeTimestamps(long[] timestamps, int from, int to, BinaryWriter out) {
    long min = timestamps[from];
    long max = min;
    for (int i = from + 1; i < to; i++) {
      min = Math.min(min, timestamps[i]);
      max = Math.max(max, timestamps[i]);
    }
    if (min == max) {
      if (min == TimestampAssigner.NO_TIMESTAMP) {
        return NO_TIMESTAMPS;
      }
      out.writeLong(min);
      return ONE_TIMESTAMP;
    }
    // Unsigned, as the distance of a record without a timestamp from others overflows.
    long range = max - min;
    out.writeLong(min);
    if (range >>> 8 == 0) {
      for (int i = from; i < to; i++) {
        out.writeByte((int) (timestamps[i] - min));
      }
      return WIDTH_1;
    }
    if (range >>> 16 == 0) {
      for (int i = from; i < to; i++) {
        out.writeShort((int) (timestamps[i] - min));
      }
      return WIDTH_2;
    }
    if (range >>> 32 == 0) {
      for (int i = from; i < to; i++) {
        out.writeInt((int) (timestamps[i] - min));
      }
      return WIDTH_4;
    }
    for (int i = from; i < to; i++) {
      out.writeLong(timestamps[i] - min);
    }
    return WIDTH_8;
  }

  /**
   * Reads a frame's records into a batch of this codec.
   *
   * @throws CorruptDataException if the bytes are not one whole frame
   */
  RecordBatch decode(byte[] bytes, int offset, int length) {
    BinaryReader in = reader;
    in.reset(bytes, offset, length);
    int head = in.readInt();
    int count = head & 0xffff;
    int flags = head >>> 16;
    if (count == 0 || count > RecordBatch.CAPACITY || flags >>> 2 > WIDTH_8) {
      throw new CorruptDataException(
          "A batch of " + count + " records with flags 0x" + Integer.toHexString(flags));
    }
    RecordBatch batch = batches.take();
    try {
      batch.begin(rows);
      RowLayout<Object> layout = batch.layout;
      for (int i = 0; i < count; i++) {
        Object value = serializer.read(in);
        if (layout == null) {
          batch.values[i] = value;
        } else {
          layout.store(
              value, batch.rows, i * layout.words(), batch.values, i * layout.references());
        }
        // Counted one by one, so that a release after a failure forgets those that were read.
        batch.size = i + 1;
      }
      batch.keyed = (flags & KEYED) != 0;
      batch.longKeys = (flags & LONG_KEYS) != 0;
      if (batch.keyed) {
        for (int i = 0; i < count; i++) {
          batch.hashes[i] = in.readInt();
        }
      }
      if (batch.longKeys) {
        for (int i = 0; i < count; i++) {
          batch.keys[i] = in.readLong();
        }
      }
      readTimestamps(flags >>> 2, batch, count, in);
      if (in.remaining() != 0) {
        throw new CorruptDataException(in.remaining() + " bytes after the last record");
      }
      return batch;
    } catch (RuntimeException e) {
      batch.release();
      throw e;
    }
  }

  private static void readTimestamps(int mode, RecordBatch batch, int count, BinaryReader in) {
    long base = mode == NO_TIMESTAMPS ? TimestampAssigner.NO_TIMESTAMP : in.readLong();
    batch.commonTimestamp = base;
    batch.timed = mode > ONE_TIMESTAMP;
    if (!batch.timed) {
      return;
    }
    long[] timestamps = batch.timestamps;
    Arrays.fill(timestamps, 0, count, base);
    switch (mode) {
      case WIDTH_1 -> {
        for (int i = 0; i < count; i++) {
          timestamps[i] += in.readByte() & 0xffL;
        }
      }
      case WIDTH_2 -> {
        for (int i = 0; i < count; i++) {
          timestamps[i] += in.readShort() & 0xffffL;
        }
      }
      case WIDTH_4 -> {
        for (int i = 0; i < count; i++) {
          timestamps[i] += in.readInt() & 0xffffffffL;
        }
      }
      case WIDTH_8 -> {
        for (int i = 0; i < count; i++) {
          timestamps[i] += in.readLong();
        }
      }
      default -> {}
    }
  }
}

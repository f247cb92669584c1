package io.millrace.runtime.exchange.netty;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.Arrays;
import java.util.Optional;

/**
 * Values as their serializer writes them, one behind the other; then, behind hashes and kinds, the
 * keys and the timestamps.
 *
 * <p>Timestamps are absent, one for all, or distances from the least one in the narrowest width of
 * 1, 2, 4 or 8 bytes that holds them all: about as small as varint deltas for records near each
 * other in time, and without a branch a record.
 */
final class ObjectBatchCodec extends BatchCodec {
  private static final int LONG_KEYS = 1;
  private static final int NO_TIMESTAMPS = 0;
  private static final int ONE_TIMESTAMP = 1;
  private static final int WIDTH_1 = 2;
  private static final int WIDTH_2 = 3;
  private static final int WIDTH_4 = 4;
  private static final int WIDTH_8 = 5;

  private final TypeSerializer<Object> serializer;
  private final Optional<? extends RowLayout<?>> rows;

  @SuppressWarnings("unchecked")
  ObjectBatchCodec(ObjectLayout layout, int capacity, ClassLoader classLoader) {
    super(layout, capacity, classLoader);
    // Values are Objects in a batch: the graph says that they are of this serializer's type.
    this.serializer = (TypeSerializer<Object>) layout.serializer();
    this.rows = layout.rows();
  }

  @Override
  int writeRecords(RecordBatch sent, int from, int targetBytes, BinaryWriter out) {
    ObjectBatch batch = (ObjectBatch) sent;
    int size = sent.size;
    int to = from;
    do {
      serializer.write(batch.value(to++), out);
    } while (to < size && out.size() < targetBytes);
    return to;
  }

  @Override
  int writeRest(RecordBatch sent, int from, int to, BinaryWriter out) {
    int flags = 0;
    if (sent.longKeys) {
      flags |= LONG_KEYS;
      for (int i = from; i < to; i++) {
        out.writeLong(sent.keys[i]);
      }
    }
    ObjectBatch batch = (ObjectBatch) sent;
    int timestamps =
        batch.timed ? writeTimestamps(batch.timestamps, from, to, out) : writeCommon(batch, out);
    return flags | timestamps << 1;
  }

  private static int writeCommon(ObjectBatch batch, BinaryWriter out) {
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

  @Override
  boolean isKnown(boolean changes, int layoutFlags) {
    return layoutFlags >>> 1 <= WIDTH_8;
  }

  @Override
  void readRecords(RecordBatch received, int count, BinaryReader in) {
    ObjectBatch batch = (ObjectBatch) received;
    batch.begin(rows);
    RowLayout<Object> layout = batch.layout;
    for (int i = 0; i < count; i++) {
      Object value = serializer.read(in);
      if (layout == null) {
        batch.values[i] = value;
      } else {
        layout.store(value, batch.rows, i * layout.words(), batch.values, i * layout.references());
      }
      // Counted one by one, so that a release after a failure forgets those that were read.
      batch.size = i + 1;
    }
  }

  @Override
  void readRest(RecordBatch received, int count, int layoutFlags, BinaryReader in) {
    received.longKeys = (layoutFlags & LONG_KEYS) != 0;
    if (received.longKeys) {
      for (int i = 0; i < count; i++) {
        received.keys[i] = in.readLong();
      }
    }
    readTimestamps(layoutFlags >>> 1, (ObjectBatch) received, count, in);
  }

  private static void readTimestamps(int mode, ObjectBatch batch, int count, BinaryReader in) {
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

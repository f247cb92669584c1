package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchCodecTest {
  private static final long NONE = TimestampAssigner.NO_TIMESTAMP;

  private final BatchCodec codec = Pair.codec();
  private final Random random = new Random(7);

  @Test
  void keepsTimestampsOfEveryShape() {
    long[][] shapes = {
      {NONE, NONE, NONE},
      {5, 5, 5},
      {-1},
      {NONE, 3, Long.MAX_VALUE},
      {1000, 1255, 1000},
      {1000, 1256, 1100},
      {-40_000, 25_535, 0},
      {0, 1L << 32, 5},
      {0, (1L << 32) - 1, 5},
      {Long.MIN_VALUE + 1, Long.MAX_VALUE},
    };
    for (long[] shape : shapes) {
      ObjectBatch batch = (ObjectBatch) codec.newBatch();
      for (long timestamp : shape) {
        Pair.add(batch, 1, 2, timestamp);
      }
      ObjectBatch read = roundTrip(batch);
      assertThat(IntStream.range(0, read.size).mapToLong(read::timestamp).toArray())
          .isEqualTo(shape);
    }
  }

  @Test
  void carriesHashesAndKeysOnlyIfThere() {
    ObjectBatch batch = filled(100);
    int plain = encodedSize(batch);
    batch.keyed = true;
    int keyed = encodedSize(batch);
    batch.longKeys = true;
    int both = encodedSize(batch);
    assertThat(keyed - plain).isEqualTo(400);
    assertThat(both - keyed).isEqualTo(800);
    ObjectBatch read = roundTrip(batch);
    assertThat(read.keyed).isTrue();
    assertThat(read.longKeys).isTrue();
    assertThat(Arrays.copyOf(read.hashes, 100)).isEqualTo(Arrays.copyOf(batch.hashes, 100));
    assertThat(Arrays.copyOf(read.keys, 100)).isEqualTo(Arrays.copyOf(batch.keys, 100));
    read.release();
    assertThat(codec.newBatch().keyed).isFalse();
  }

  @Test
  void cutsABatchIntoFramesOfAboutTheTarget() {
    ObjectBatch batch = filled(512);
    batch.keyed = true;
    int from = 0;
    int frames = 0;
    while (from < 512) {
      int to = codec.encode(batch, from, 1000);
      byte[] bytes = codec.encoded().toByteArray();
      ObjectBatch part = (ObjectBatch) codec.decode(bytes, 0, bytes.length);
      assertThat(part.size).isEqualTo(to - from);
      for (int i = 0; i < part.size; i++) {
        assertThat(part.values[i]).isEqualTo(batch.values[from + i]);
        assertThat(part.timestamp(i)).isEqualTo(batch.timestamp(from + i));
        assertThat(part.hashes[i]).isEqualTo(batch.hashes[from + i]);
      }
      part.release();
      from = to;
      frames++;
    }
    assertThat(frames).isBetween(8, 9);
  }

  @Test
  void corruptBytesNeverGiveMoreThanWasThere() {
    ObjectBatch batch = filled(50);
    batch.keyed = true;
    codec.encode(batch, 0, Integer.MAX_VALUE);
    byte[] good = codec.encoded().toByteArray();
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes =
          Arrays.copyOf(good, round % 3 == 0 ? random.nextInt(good.length) : good.length);
      for (int flips = random.nextInt(4); flips >= 0 && bytes.length > 0; flips--) {
        int at = random.nextInt(Math.min(bytes.length, round % 2 == 0 ? 8 : bytes.length));
        bytes[at] = (byte) random.nextInt();
      }
      try {
        codec.decode(bytes, 0, bytes.length).release();
      } catch (CorruptDataException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(5_000);
  }

  @Test
  void refusesABatchWithoutRecords() {
    BinaryWriter writer = new BinaryWriter();
    writer.writeInt(0);
    assertThatThrownBy(() -> codec.decode(writer.array(), 0, 4))
        .isInstanceOf(CorruptDataException.class);
  }

  private ObjectBatch filled(int count) {
    ObjectBatch batch = (ObjectBatch) codec.newBatch();
    for (int i = 0; i < count; i++) {
      batch.hashes[i] = random.nextInt();
      batch.keys[i] = random.nextLong();
      Pair.add(batch, random.nextLong(), i, random.nextInt());
    }
    return batch;
  }

  private int encodedSize(RecordBatch batch) {
    assertThat(codec.encode(batch, 0, Integer.MAX_VALUE)).isEqualTo(batch.size);
    return codec.encoded().size();
  }

  private ObjectBatch roundTrip(ObjectBatch batch) {
    int size = encodedSize(batch);
    ObjectBatch read = (ObjectBatch) codec.decode(codec.encoded().array(), 0, size);
    assertThat(Arrays.copyOf(read.values, read.size))
        .isEqualTo(Arrays.copyOf(batch.values, batch.size));
    return read;
  }
}

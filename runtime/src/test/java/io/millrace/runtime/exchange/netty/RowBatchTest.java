package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Values taken apart in a batch, against the same ones as objects. */
class RowBatchTest {
  private record Word(String text, long count, int length) {}

  private static final TypeInformation<Word> TYPE = TypeInformation.of(Word.class);

  private final BatchCodec rows =
      BatchCodec.of(ObjectLayout.of(TYPE), RowBatchTest.class.getClassLoader());
  private final BatchCodec objects =
      BatchCodec.of(ObjectLayout.ofObjects(TYPE.serializer()), RowBatchTest.class.getClassLoader());

  private static void add(ObjectBatch batch, Word word, long timestamp) {
    int n = batch.size;
    RowLayout<Object> layout = batch.layout;
    if (layout == null) {
      batch.values[n] = word;
    } else {
      layout.store(word, batch.rows, n * layout.words(), batch.values, n * layout.references());
    }
    batch.stamp(n, timestamp);
    batch.size = n + 1;
  }

  @Test
  void carryTheSameRecordsInTheSameBytes() {
    Random random = new Random(3);
    for (int run = 0; run < 200; run++) {
      ObjectBatch taken = (ObjectBatch) rows.newBatch();
      taken.begin(ObjectLayout.rows(TYPE));
      ObjectBatch whole = (ObjectBatch) objects.newBatch();
      int count = 1 + random.nextInt(512);
      boolean same = random.nextBoolean();
      for (int i = 0; i < count; i++) {
        String text = random.nextInt(9) == 0 ? null : "w" + random.nextInt(50);
        Word word = new Word(text, random.nextLong(), random.nextInt());
        long timestamp = same ? TimestampAssigner.NO_TIMESTAMP : random.nextInt(5);
        add(taken, word, timestamp);
        add(whole, word, timestamp);
      }
      assertThat(rows.encode(taken, 0, Integer.MAX_VALUE)).isEqualTo(count);
      assertThat(objects.encode(whole, 0, Integer.MAX_VALUE)).isEqualTo(count);
      byte[] bytes = rows.encoded().toByteArray();
      assertThat(bytes).isEqualTo(objects.encoded().toByteArray());
      ObjectBatch read = (ObjectBatch) rows.decode(bytes, 0, bytes.length);
      assertThat(read.layout).isNotNull();
      for (int i = 0; i < count; i++) {
        assertThat(read.value(i)).isEqualTo(whole.values[i]);
        assertThat(read.timestamp(i)).isEqualTo(whole.timestamp(i));
      }
      read.release();
      taken.release();
      whole.release();
    }
  }

  /** A batch is cut into frames: each has its part of everything. */
  @Test
  void areTheSameInWhateverFramesTheyCross() {
    Random random = new Random(4);
    for (int run = 0; run < 300; run++) {
      ObjectBatch sent = (ObjectBatch) rows.newBatch();
      sent.begin(ObjectLayout.rows(TYPE));
      sent.keyed = random.nextBoolean();
      int kind = random.nextInt(3);
      int count = 1 + random.nextInt(512);
      for (int i = 0; i < count; i++) {
        sent.hashes[i] = random.nextInt();
        long common = kind == 0 ? TimestampAssigner.NO_TIMESTAMP : 77;
        add(sent, new Word("w" + i, i, -i), kind == 2 ? random.nextLong() : common);
      }
      int from = 0;
      int frames = 0;
      while (from < count) {
        int to = rows.encode(sent, from, 1 + random.nextInt(600));
        byte[] bytes = rows.encoded().toByteArray();
        ObjectBatch read = (ObjectBatch) rows.decode(bytes, 0, bytes.length);
        assertThat(read.size).isEqualTo(to - from);
        assertThat(read.keyed).isEqualTo(sent.keyed);
        for (int i = 0; i < read.size; i++) {
          assertThat(read.value(i)).isEqualTo(sent.value(from + i));
          assertThat(read.timestamp(i)).isEqualTo(sent.timestamp(from + i));
          if (sent.keyed) {
            assertThat(read.hashes[i]).isEqualTo(sent.hashes[from + i]);
          }
        }
        read.release();
        from = to;
        frames++;
      }
      assertThat(frames).isGreaterThanOrEqualTo(count > 200 ? 2 : 1);
      sent.release();
    }
  }

  @Test
  void aReleasedBatchHoldsNothingAndTakesAnyLayoutNext() {
    ObjectBatch batch = (ObjectBatch) rows.newBatch();
    batch.begin(ObjectLayout.rows(TYPE));
    for (int i = 0; i < 512; i++) {
      add(batch, new Word("w" + i, i, i), i);
    }
    assertThat(batch.isFull()).isTrue();
    assertThat(batch.timed).isTrue();
    batch.clear();
    assertThat(Arrays.stream(batch.values)).containsOnlyNulls();
    assertThat(batch.layout).isNull();
    assertThat(batch.timed).isFalse();
    add(batch, new Word("object", 1, 2), 9);
    assertThat(batch.value(0)).isEqualTo(new Word("object", 1, 2));
    assertThat(batch.timestamp(0)).isEqualTo(9);
  }
}

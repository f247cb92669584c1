package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.ChangeKind;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.ColumnarLayout;
import io.millrace.runtime.exchange.ColumnarType;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ColumnarBatchCodecTest {
  private final Random random = new Random(11);
  private final BatchCodec codec = codec(Rows.TYPE.layout(Rows.ID));

  private static BatchCodec codec(ColumnarLayout layout) {
    return BatchCodec.of(layout, ColumnarBatchCodecTest.class.getClassLoader());
  }

  private ColumnarBatch batch(List<Rows> rows) {
    ColumnarBatch batch = (ColumnarBatch) codec.newBatch();
    rows.forEach(row -> row.addTo(batch));
    batch.keyed = true;
    batch.longKeys = true;
    for (int i = 0; i < rows.size(); i++) {
      batch.hashes[i] = random.nextInt();
    }
    return batch;
  }

  @Test
  void framesOfAnySizeAreTheRowsInOrder() {
    for (int round = 0; round < 300; round++) {
      List<Rows> rows = Rows.random(random, 1 + random.nextInt(RecordBatch.CAPACITY));
      ColumnarBatch batch = batch(rows);
      int target = random.nextInt(3) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(8_000);
      List<Rows> read = new ArrayList<>();
      int from = 0;
      while (from < batch.size) {
        int to = codec.encode(batch, from, target);
        assertThat(to).isGreaterThan(from);
        ColumnarBatch part =
            (ColumnarBatch) codec.decode(codec.encoded().array(), 0, codec.encoded().size());
        assertThat(part.keyed).isTrue();
        assertThat(part.longKeys).isTrue();
        assertThat(Arrays.copyOf(part.hashes, part.size))
            .isEqualTo(Arrays.copyOfRange(batch.hashes, from, to));
        assertThat(Arrays.copyOf(part.keys, part.size))
            .isEqualTo(Arrays.copyOfRange(batch.keys, from, to));
        read.addAll(Rows.selectedIn(part));
        part.release();
        from = to;
      }
      assertThat(read).isEqualTo(rows);
      batch.release();
    }
  }

  @Test
  void cutsFramesAtAboutTheTarget() {
    ColumnarBatch batch = batch(Rows.random(random, RecordBatch.CAPACITY));
    int from = 0;
    int whole = codec.encode(batch, 0, Integer.MAX_VALUE);
    int bytes = codec.encoded().size();
    assertThat(whole).isEqualTo(RecordBatch.CAPACITY);
    int frames = 0;
    while (from < RecordBatch.CAPACITY) {
      from = codec.encode(batch, from, 2_000);
      assertThat(codec.encoded().size()).isLessThan(2_200);
      frames++;
    }
    assertThat(frames).isBetween(bytes / 2_200, bytes / 1_800 + 1);
  }

  @Test
  void writesNullsKeysAndKindsOnlyOnceAndOnlyIfThere() {
    ColumnarType type = new ColumnarType(Rows.TYPE.layout(0).columns().subList(0, 2), false);
    BatchCodec longs = codec(type.layout(0));
    ColumnarBatch batch = (ColumnarBatch) longs.newBatch();
    batch.size = 100;
    longs.encode(batch, 0, Integer.MAX_VALUE);
    // The head, and for each column a mark and its values.
    assertThat(longs.encoded().size()).isEqualTo(4 + 2 * (1 + 800));
    batch.longs(1).setNull(99);
    longs.encode(batch, 0, Integer.MAX_VALUE);
    assertThat(longs.encoded().size()).isEqualTo(4 + 2 * (1 + 800) + 13);
  }

  @Test
  void corruptBytesAreRefusedAndNothingOfThemStays() {
    List<Rows> rows = Rows.random(new Random(2), 50);
    codec.encode(batch(rows), 0, Integer.MAX_VALUE);
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
    ColumnarBatch read = (ColumnarBatch) codec.decode(good, 0, good.length);
    assertThat(Rows.selectedIn(read)).isEqualTo(rows);
  }

  @Test
  void refusesWhatIsNoChange() {
    codec.encode(batch(Rows.random(random, 1)), 0, Integer.MAX_VALUE);
    byte[] bytes = codec.encoded().toByteArray();
    bytes[bytes.length - 1] = 4;
    assertThatThrownBy(() -> codec.decode(bytes, 0, bytes.length))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("A change of kind 4");
  }

  @Test
  void refusesBatchesOfAnotherLayout() {
    codec.encode(batch(Rows.random(random, 5)), 0, Integer.MAX_VALUE);
    byte[] bytes = codec.encoded().toByteArray();
    BatchCodec withoutChanges =
        codec(new ColumnarLayout(Rows.TYPE.layout(0).columns(), ColumnarLayout.NO_KEY, false));
    assertThatThrownBy(() -> withoutChanges.decode(bytes, 0, bytes.length))
        .isInstanceOf(CorruptDataException.class);
  }

  /** Objects may have kinds of changes, too. */
  @Test
  void anObjectBatchCarriesKindsOnlyIfThere() {
    BatchCodec pairs = Pair.codec();
    ObjectBatch batch = (ObjectBatch) pairs.newBatch();
    for (int i = 0; i < 100; i++) {
      batch.kinds[i] = (byte) (i % ChangeKind.values().length);
      Pair.add(batch, i, i, i);
    }
    pairs.encode(batch, 0, Integer.MAX_VALUE);
    int plain = pairs.encoded().size();
    batch.changes = true;
    pairs.encode(batch, 0, Integer.MAX_VALUE);
    assertThat(pairs.encoded().size() - plain).isEqualTo(100);
    ObjectBatch read =
        (ObjectBatch) pairs.decode(pairs.encoded().array(), 0, pairs.encoded().size());
    assertThat(read.changes).isTrue();
    assertThat(Arrays.copyOf(read.kinds, 100)).isEqualTo(Arrays.copyOf(batch.kinds, 100));
    read.release();
    assertThat(pairs.newBatch().changes).isFalse();
  }
}

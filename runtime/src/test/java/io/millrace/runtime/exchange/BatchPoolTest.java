package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.TypeInformation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchPoolTest {
  private static final BatchLayout LONGS = objects(Long.class);
  private static final BatchLayout STRINGS = objects(String.class);

  private static BatchLayout objects(Class<?> type) {
    return ObjectLayout.of(TypeInformation.of(type));
  }

  @Test
  void channelsOfOneLayoutUseEachOthersBatchesAndNoOthers() {
    BatchPool pool =
        new BatchPool(
            List.of(LONGS, Rows.TYPE.layout(0), STRINGS, Rows.TYPE.layout(0), Rows.TYPE.layout(1)),
            0);
    RecordBatch objects = pool.acquire(0);
    RecordBatch columns = pool.acquire(1);
    RecordBatch otherKey = pool.acquire(4);
    assertThat(objects).isInstanceOf(ObjectBatch.class);
    assertThat(((ColumnarBatch) otherKey).keys)
        .isSameAs(((ColumnarBatch) otherKey).longs(1).values);
    objects.release();
    columns.release();
    otherKey.release();
    // What has come back is seen when a channel has used up its own.
    takeAll(pool, 0);
    assertThat(takeAll(pool, 3)).contains(columns).doesNotContain(otherKey);
    assertThat(takeAll(pool, 2)).allMatch(ObjectBatch.class::isInstance);
    assertThat(takeAll(pool, 4)).contains(otherKey);
  }

  private static List<RecordBatch> takeAll(BatchPool pool, int channel) {
    List<RecordBatch> taken = new ArrayList<>();
    for (RecordBatch b = pool.acquire(channel); b != null; b = pool.acquire(channel)) {
      taken.add(b);
    }
    return taken;
  }

  @Test
  void aBatchBeyondTheAllowanceIsAdoptedOnceThereIsRoom() {
    BatchPool pool = new BatchPool(List.of(LONGS), 0);
    List<RecordBatch> taken = takeAll(pool, 0);
    assertThat(taken).hasSize(2);
    RecordBatch beyond = pool.beyondAllowance(0);
    assertThat(pool.adopt(0, beyond)).isFalse();
    taken.get(0).release();
    assertThat(pool.adopt(0, beyond)).isTrue();
    assertThat(pool.acquire(0)).isNull();
    beyond.release();
    assertThat(pool.acquire(0)).isNotNull();
    assertThat(pool.acquire(0)).isNull();
  }

  /** In backpressure batches go beyond all the time: that must not be garbage each time. */
  @Test
  void batchesBeyondTheAllowanceAreUsedAgainButAFloodOfThemIsNotKept() {
    BatchPool pool = new BatchPool(List.of(LONGS), 0);
    RecordBatch first = pool.beyondAllowance(0);
    first.release();
    List<RecordBatch> taken = takeAll(pool, 0);
    assertThat(pool.acquire(0)).isNull();
    taken.forEach(RecordBatch::release);
    taken = takeAll(pool, 0);
    assertThat(pool.beyondAllowance(0)).isSameAs(first);

    List<RecordBatch> flood = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      flood.add(pool.beyondAllowance(0));
    }
    Set<RecordBatch> known = new HashSet<>(flood);
    flood.forEach(RecordBatch::release);
    assertThat(pool.isAvailable(0)).isFalse();
    int again = 0;
    for (int i = 0; i < 1_000; i++) {
      again += known.contains(pool.beyondAllowance(0)) ? 1 : 0;
    }
    assertThat(again).isBetween(1, 16);
  }

  @Test
  void makesSmallerBatchesForMoreChannels() {
    assertThat(BatchPool.capacity(1)).isEqualTo(512);
    assertThat(BatchPool.capacity(8)).isEqualTo(512);
    assertThat(BatchPool.capacity(9)).isEqualTo(256);
    assertThat(BatchPool.capacity(64)).isEqualTo(64);
    assertThat(BatchPool.capacity(1_000_000)).isEqualTo(16);
    assertThat(BatchPool.capacity(0)).as("of a subtask without outputs").isEqualTo(512);
    assertThat(new BatchPool(List.of(LONGS), 0, 1).acquire(0).capacity).as("as told").isOne();
  }

  /** What 64 producers may have in flight to 64 consumers each, all of them slow. */
  @Test
  void boundsTheRecordsInFlightByTheSlotNotByTheChannel() {
    int channels = 64;
    BatchPool pool = new BatchPool(Collections.nCopies(channels, LONGS), 32);
    int records = 0;
    for (int channel = 0; channel < channels; channel++) {
      RecordBatch batch;
      while ((batch = pool.acquire(channel)) != null) {
        records += batch.capacity;
      }
    }
    assertThat(records).isBetween(4_096, 12_288);
  }

  @Test
  void handsOutWhatWasUsedLast() {
    BatchPool pool = new BatchPool(Collections.nCopies(1, LONGS), 0);
    RecordBatch first = pool.acquire(0);
    RecordBatch second = pool.acquire(0);
    assertThat(pool.acquire(0)).isNull();
    first.release();
    second.release();
    assertThat(pool.acquire(0)).isSameAs(second);
  }

  @Test
  void isFullAtItsOwnCapacity() {
    RecordBatch batch = new BatchPool(Collections.nCopies(64, LONGS), 0).acquire(0);
    batch.size = batch.capacity - 1;
    assertThat(batch.isFull()).isFalse();
    batch.size++;
    assertThat(batch.isFull()).isTrue();
    batch.size = 0;
  }
}

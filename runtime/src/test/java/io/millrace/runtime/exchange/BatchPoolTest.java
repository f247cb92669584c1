package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchPoolTest {
  @Test
  void makesSmallerBatchesForMoreChannels() {
    assertThat(BatchPool.capacity(1)).isEqualTo(512);
    assertThat(BatchPool.capacity(8)).isEqualTo(512);
    assertThat(BatchPool.capacity(9)).isEqualTo(256);
    assertThat(BatchPool.capacity(64)).isEqualTo(64);
    assertThat(BatchPool.capacity(1_000_000)).isEqualTo(16);
    assertThat(BatchPool.capacity(0)).as("of a subtask without outputs").isEqualTo(512);
  }

  /** What 64 producers may have in flight to 64 consumers each, all of them slow. */
  @Test
  void boundsTheRecordsInFlightByTheSlotNotByTheChannel() {
    int channels = 64;
    BatchPool pool = new BatchPool(channels, 32);
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
    BatchPool pool = new BatchPool(1, 0);
    RecordBatch first = pool.acquire(0);
    RecordBatch second = pool.acquire(0);
    assertThat(pool.acquire(0)).isNull();
    first.release();
    second.release();
    assertThat(pool.acquire(0)).isSameAs(second);
  }

  @Test
  void isFullAtItsOwnCapacity() {
    RecordBatch batch = new BatchPool(64, 0).acquire(0);
    batch.size = batch.capacity - 1;
    assertThat(batch.isFull()).isFalse();
    batch.size++;
    assertThat(batch.isFull()).isTrue();
    batch.size = 0;
  }
}

package io.millrace.runtime.exchange;

import java.util.Arrays;

/**
 * Records on their way between two subtasks: values, timestamps and, on keyed edges, the key hashes
 * and (for integer keys) the keys. The unit of every hand-over. Owned by one thread at a time;
 * whoever received it gives it back to its {@link BatchOwner}. Fields are open to the engine's
 * inner loops.
 */
public final class RecordBatch {
  /** Records in a full batch. */
  public static final int CAPACITY = 512;

  /** Reference values; filled up to {@link #size}. */
  public final Object[] values = new Object[CAPACITY];

  /**
   * Event timestamps in milliseconds; {@link io.millrace.core.time.TimestampAssigner#NO_TIMESTAMP}
   * for none.
   */
  public final long[] timestamps = new long[CAPACITY];

  /**
   * Hashes of the keys' canonical encoding, computed once by the sender; only if {@link #keyed}.
   */
  public final int[] hashes = new int[CAPACITY];

  /** The keys themselves; only if {@link #longKeys}. */
  public final long[] keys = new long[CAPACITY];

  public int size;
  public boolean keyed;
  public boolean longKeys;

  /** Which of its owner's channels this batch is in flight on. */
  int channel;

  private final BatchOwner owner;

  public RecordBatch(BatchOwner owner) {
    this.owner = owner;
  }

  /** Takes back batches that were consumed; called by the consuming thread. */
  public interface BatchOwner {
    void recycle(RecordBatch batch);
  }

  public boolean isFull() {
    return size == CAPACITY;
  }

  /** Forgets the records, so that they can be collected, and gives the batch back. */
  public void release() {
    Arrays.fill(values, 0, size, null);
    size = 0;
    owner.recycle(this);
  }
}

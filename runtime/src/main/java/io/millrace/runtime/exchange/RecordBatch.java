package io.millrace.runtime.exchange;

import java.util.Arrays;

/**
 * Records on their way between two subtasks: values, timestamps and, on keyed edges, the key hashes
 * and (for integer keys) the keys. The unit of every hand-over. Owned by one thread at a time;
 * whoever received it gives it back to its {@link BatchOwner}. Fields are open to the engine's
 * inner loops.
 */
public final class RecordBatch {
  /** Most records of a batch. */
  public static final int CAPACITY = 512;

  /** Reference values; filled up to {@link #size}. The batch is full when there are as many. */
  public final Object[] values;

  /**
   * Event timestamps in milliseconds; {@link io.millrace.core.time.TimestampAssigner#NO_TIMESTAMP}
   * for none.
   */
  public final long[] timestamps;

  /**
   * Hashes of the keys' canonical encoding, computed once by the sender; only if {@link #keyed}.
   */
  public final int[] hashes;

  /** The keys themselves; only if {@link #longKeys}. */
  public final long[] keys;

  public int size;
  public boolean keyed;
  public boolean longKeys;

  /** Which of its owner's channels this batch is in flight on. */
  int channel;

  /** Never looked at: it keeps {@link #touch} from being compiled to nothing. */
  private int touched;

  private final BatchOwner owner;

  /** Of the most records. */
  public RecordBatch(BatchOwner owner) {
    this(owner, CAPACITY);
  }

  /**
   * @param capacity records of a full batch, at most {@link #CAPACITY}
   */
  public RecordBatch(BatchOwner owner, int capacity) {
    this.owner = owner;
    this.values = new Object[capacity];
    this.timestamps = new long[capacity];
    this.hashes = new int[capacity];
    this.keys = new long[capacity];
  }

  /** Takes back batches that were consumed; called by the consuming thread. */
  public interface BatchOwner {
    void recycle(RecordBatch batch);
  }

  public boolean isFull() {
    return size == values.length;
  }

  /**
   * Brings the records into the cache: misses of a loop that does nothing else overlap. Worth its
   * nanosecond a record where so much is in flight that they are not there anyway.
   */
  public void touch() {
    int found = 0;
    for (int i = 0; i < size; i++) {
      if (values[i].getClass() == RecordBatch.class) {
        found++;
      }
    }
    touched = found;
  }

  /** Forgets the records, so that they can be collected, and gives the batch back. */
  public void release() {
    Arrays.fill(values, 0, size, null);
    size = 0;
    owner.recycle(this);
  }
}

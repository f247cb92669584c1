package io.millrace.runtime.exchange;

/**
 * Records on their way between two subtasks: the unit of every hand-over. How the records lie in it
 * is one of two layouts; either may have the key hashes, the keys (if they are integers) and the
 * kinds of changes beside the records. Owned by one thread at a time; whoever received it gives it
 * back to its {@link BatchOwner}. Fields are open to the engine's inner loops, which know the
 * layout of their edge and hold batches by that class.
 */
public abstract sealed class RecordBatch permits ObjectBatch, ColumnarBatch {
  /** Most records of a batch. */
  public static final int CAPACITY = 512;

  /** Records of a full batch. */
  public final int capacity;

  /**
   * Hashes of the keys' canonical encoding, computed once by the sender; only if {@link #keyed}.
   */
  public final int[] hashes;

  /** The keys themselves; only if {@link #longKeys}. */
  public final long[] keys;

  /** Codes of {@link ChangeKind}; only if {@link #changes}, else each record is an insertion. */
  public final byte[] kinds;

  public int size;
  public boolean keyed;
  public boolean longKeys;
  public boolean changes;

  /** Which of its owner's channels this batch is in flight on. */
  int channel;

  private final BatchOwner owner;

  /**
   * @param capacity at most {@link #CAPACITY}
   */
  RecordBatch(BatchOwner owner, int capacity, long[] keys) {
    this.owner = owner;
    this.capacity = capacity;
    this.hashes = new int[capacity];
    this.kinds = new byte[capacity];
    this.keys = keys;
  }

  /** Takes back batches that were consumed; called by the consuming thread. */
  public interface BatchOwner {
    void recycle(RecordBatch batch);
  }

  public final boolean isFull() {
    return size == capacity;
  }

  /**
   * Brings what the records refer to into this core's cache. One after another, as they are
   * processed, each miss would be waited for; here the loads are independent, and many are under
   * way at a time (group prefetching: Chen et al., "Improving Hash Join Performance through
   * Prefetching"). Worth its nanosecond a record where they are not there anyway: strings that
   * another core has made, or so much in flight that it fits no cache.
   */
  public void touch() {}

  /** Forgets the records, so that they can be collected and others be added. */
  public abstract void clear();

  /** Forgets the records and gives the batch back. */
  public final void release() {
    clear();
    owner.recycle(this);
  }
}

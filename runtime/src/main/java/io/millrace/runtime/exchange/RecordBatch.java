package io.millrace.runtime.exchange;

/**
 * Records on their way between two subtasks: the unit of every hand-over. How the records lie in it
 * is one of two layouts; either may have the key hashes, the keys (if they are integers) and the
 * kinds of changes beside the records. Owned by one thread at a time; whoever received it gives it
 * back to its {@link BatchOwner}. Fields are open to the engine's inner loops, which know the
 * layout of their edge and hold batches by that class.
 */
public abstract sealed class RecordBatch permits ObjectBatch, ColumnarBatch {
  /** Records in a full batch. */
  public static final int CAPACITY = 512;

  /**
   * Hashes of the keys' canonical encoding, computed once by the sender; only if {@link #keyed}.
   */
  public final int[] hashes = new int[CAPACITY];

  /** The keys themselves; only if {@link #longKeys}. */
  public final long[] keys;

  /** Codes of {@link ChangeKind}; only if {@link #changes}, else each record is an insertion. */
  public final byte[] kinds = new byte[CAPACITY];

  public int size;
  public boolean keyed;
  public boolean longKeys;
  public boolean changes;

  /** Which of its owner's channels this batch is in flight on. */
  int channel;

  private final BatchOwner owner;

  RecordBatch(BatchOwner owner, long[] keys) {
    this.owner = owner;
    this.keys = keys;
  }

  /** Takes back batches that were consumed; called by the consuming thread. */
  public interface BatchOwner {
    void recycle(RecordBatch batch);
  }

  public final boolean isFull() {
    return size == CAPACITY;
  }

  /** Forgets the records, so that they can be collected and others be added. */
  public abstract void clear();

  /** Forgets the records and gives the batch back. */
  public final void release() {
    clear();
    owner.recycle(this);
  }
}

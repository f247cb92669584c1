package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.heap.Segment;

/**
 * Tells by the flags of a dirty entry whether it belongs to the cut that is being written or was
 * changed after it: each cut begins an epoch, and a dirty entry has the number of the one it was
 * changed in last. So what an abandoned cut has left dirty, whatever its epoch, is of the next one.
 * While no cut is being written, all dirty entries are alike. Public so that copies of handles
 * reach it. Owned by the task thread.
 */
public final class CutEpoch {
  /** The number is above the flags. */
  private static final long FIRST = CachedTable.STORED << 1;

  private static final long MASK = Segment.DIRTY | -FIRST;

  private long current = Segment.DIRTY;
  private boolean cutPending;

  /** What is dirty is of the cut from now on. */
  void begin() {
    if (cutPending) {
      throw new IllegalStateException("A cut is still being written");
    }
    current += FIRST;
    cutPending = true;
  }

  /** The cut was taken or nobody wants it any more: any entry may be written. */
  void end() {
    cutPending = false;
  }

  /** Whether an entry was changed in this epoch, so that it may be changed again untold. */
  public boolean isCurrent(long flags) {
    return (flags & MASK) == current;
  }

  /** Whether the cut that is being written needs the entry as it is. */
  boolean isOfCut(long flags) {
    return cutPending && (flags & Segment.DIRTY) != 0 && !isCurrent(flags);
  }

  /** Whether an entry is dirty and the database may have it now. */
  boolean mayBeWritten(long flags) {
    return (flags & Segment.DIRTY) != 0 && !(cutPending && isCurrent(flags));
  }

  /** The flags of an entry that is changed now. */
  long changed(long flags) {
    return flags & ~MASK | current;
  }
}

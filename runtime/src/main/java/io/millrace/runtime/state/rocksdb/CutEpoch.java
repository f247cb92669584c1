package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.heap.Segment;

/**
 * Tells by the flags of a dirty entry whether it belongs to the cut that is being written or was
 * changed after it: each cut begins an epoch, and one bit is its parity. While no cut is being
 * written, all dirty entries are of the current epoch. Public so that copies of handles reach it.
 * Owned by the task thread.
 */
public final class CutEpoch {
  /** Of a dirty entry: it became so in an odd epoch. */
  private static final long ODD = 16;

  private static final long MASK = Segment.DIRTY | ODD;

  private long current = Segment.DIRTY;
  private boolean cutPending;

  /** What was dirty is of the cut from now on. */
  void begin() {
    if (cutPending) {
      throw new IllegalStateException("A cut is still being written");
    }
    current ^= ODD;
    cutPending = true;
  }

  /** The cut was taken: nothing of it is dirty any more, and newer entries may be written. */
  void end() {
    cutPending = false;
  }

  /** Whether an entry was changed in this epoch, so that it may be changed again untold. */
  public boolean isCurrent(long flags) {
    return (flags & MASK) == current;
  }

  /** Whether the cut that is being written needs the entry as it is. */
  boolean isOfCut(long flags) {
    return (flags & MASK) == (current ^ ODD);
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

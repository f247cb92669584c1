package io.millrace.runtime.state.heap;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts the cuts of a backend. What was stamped before the newest cut that is still held is
 * frozen: it is copied before it is written. Owned by the task thread; only {@link Hold#release}
 * may be called by others.
 */
public final class CutClock {
  private long version = 1;
  private long frozenBelow;
  private final List<Hold> holds = new ArrayList<>(1);

  /** The stamp of what is written now. */
  public long version() {
    return version;
  }

  /** Whether a page or value of this stamp must not be changed. */
  public boolean isFrozen(long stamp) {
    return stamp < frozenBelow;
  }

  /** Begins a cut: all that was stamped until now is frozen until the hold is released. */
  Hold cut() {
    Hold hold = new Hold(++version);
    holds.add(hold);
    frozenBelow = version;
    return hold;
  }

  /** Thaws what no cut needs any more; looked at before a page is copied and between batches. */
  void thaw() {
    if (frozenBelow == 0) {
      return;
    }
    holds.removeIf(hold -> hold.released);
    // Holds are in the order of their versions.
    frozenBelow = holds.isEmpty() ? 0 : holds.get(holds.size() - 1).version;
  }

  boolean isHeld() {
    return frozenBelow != 0;
  }

  /** Keeps what a cut sees from being changed. */
  static final class Hold {
    private final long version;
    private volatile boolean released;

    private Hold(long version) {
      this.version = version;
    }

    /** By any thread, after its last read. */
    void release() {
      released = true;
    }
  }
}

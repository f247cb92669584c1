package io.millrace.runtime.state.heap;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts the cuts of a backend. What was stamped before the newest cut that is still held is
 * frozen: it is copied before it is written. Owned by the task thread; only {@link Hold#release}
 * may be called by others.
 *
 * <p>Says as well when some pages were made, be it for growth or for a cut: a record that makes one
 * takes a hundred times as long as another, and after a cut of a large state each of a batch may.
 */
public final class CutClock {
  /** Pages of up to 64 KB that are made between two looks at the time: about 0.2 ms. */
  private static final int PAGES_A_LOOK = 8;

  private final Runnable pagesMade;
  private int pages;
  private long version = 1;
  private long frozenBelow;
  private final List<Hold> holds = new ArrayList<>(1);

  /** Nobody wants to know of pages. */
  public CutClock() {
    this(() -> {});
  }

  /**
   * @param pagesMade called after every few pages
   */
  CutClock(Runnable pagesMade) {
    this.pagesMade = pagesMade;
  }

  /** A page was made. */
  void pageMade() {
    if (++pages == PAGES_A_LOOK) {
      pages = 0;
      pagesMade.run();
    }
  }

  /** The stamp of what is written now. */
  public long version() {
    return version;
  }

  /** Whether a page or value of this stamp must not be changed. */
  public boolean isFrozen(long stamp) {
    return stamp < frozenBelow;
  }

  /** Begins a cut: all that was stamped until now is frozen until the hold is released. */
  public Hold cut() {
    Hold hold = new Hold(++version);
    holds.add(hold);
    frozenBelow = version;
    return hold;
  }

  /** Thaws what no cut needs any more; looked at before a page is copied and between batches. */
  public void thaw() {
    if (frozenBelow == 0) {
      return;
    }
    holds.removeIf(hold -> hold.released);
    // Holds are in the order of their versions.
    frozenBelow = holds.isEmpty() ? 0 : holds.get(holds.size() - 1).version;
  }

  /** Whether anything may be frozen. */
  public boolean isHeld() {
    return frozenBelow != 0;
  }

  /** Keeps what a cut sees from being changed. */
  public static final class Hold {
    private final long version;
    private volatile boolean released;

    private Hold(long version) {
      this.version = version;
    }

    /** By any thread, after its last read. */
    public void release() {
      released = true;
    }
  }
}

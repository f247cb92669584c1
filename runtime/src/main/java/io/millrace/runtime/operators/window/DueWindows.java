package io.millrace.runtime.operators.window;

/**
 * Which windows over panes are due as event time goes on, and which panes are done with: one look
 * at the panes there are when a window ends, no timers a key. Owned by the operator's subtask.
 *
 * <p>A firing goes {@link #isDue}, {@link #begin}, {@link #next} as long as it is true, and {@link
 * #isDone} for each pane after {@link #finish}. It may be left and gone on with at any later step.
 */
public final class DueWindows {
  private final PaneLayout layout;
  private final long lateness;

  /** What all key groups have reached. */
  private long watermark;

  /** What some key group has reached: a pane none of whose windows ends by then is in time. */
  private long horizon;

  /** The first watermark at which a window fires or a pane is dropped. */
  private long nextDue = Long.MAX_VALUE;

  // A firing under way.
  private boolean firing;
  private long target;
  private long fired;
  private long[] starts = {};
  private int firstPane;
  private int endPane;
  private long windowStart;

  /**
   * @param lateness how long after its end a window still takes records, in milliseconds
   */
  public DueWindows(PaneLayout layout, long lateness, EventTimeProgress progress) {
    this.layout = layout;
    this.lateness = lateness;
    this.watermark = progress.lowest();
    this.horizon = progress.highest();
  }

  public long watermark() {
    return watermark;
  }

  public long horizon() {
    return horizon;
  }

  /** The last millisecond of the first window of a pane; the smallest number if it has none. */
  public long firstEnd(long pane) {
    return layout.isCovered(pane)
        ? layout.maxTimestamp(layout.firstWindow(pane))
        : Long.MIN_VALUE; // Between two windows.
  }

  /** When a window takes no more records, given its last millisecond. */
  public long expiry(long maxTimestamp) {
    long expiry = maxTimestamp + lateness;
    return expiry < maxTimestamp ? Long.MAX_VALUE : expiry;
  }

  /** When a covered pane takes no more records: with the last of its windows. */
  public long expiryOf(long pane) {
    return expiry(layout.maxTimestamp(layout.lastWindow(pane)));
  }

  /** Has the next window of a pane fire, and the pane dropped, in time. */
  public void expect(long pane) {
    if (!layout.isCovered(pane)) {
      nextDue = Math.min(nextDue, pane);
      return;
    }
    long next = layout.nextWindow(pane, watermark);
    if (next != Long.MAX_VALUE) {
      nextDue = Math.min(nextDue, layout.maxTimestamp(next));
    }
    nextDue = Math.min(nextDue, expiryOf(pane));
  }

  public boolean isFiring() {
    return firing;
  }

  /** Whether there is anything to do at a watermark; if not, event time has come there. */
  public boolean isDue(long newWatermark) {
    if (newWatermark >= nextDue) {
      return true;
    }
    advance(newWatermark);
    return false;
  }

  private void advance(long newWatermark) {
    watermark = Math.max(watermark, newWatermark);
    horizon = Math.max(horizon, newWatermark);
  }

  /**
   * Begins a firing.
   *
   * @param panes all there are, ascending
   */
  public void begin(long newWatermark, long[] panes) {
    firing = true;
    target = newWatermark;
    fired = watermark;
    starts = panes;
  }

  /** Goes to the earliest window that is due and has a pane. */
  public boolean next() {
    for (int i = 0; i < starts.length; i++) {
      long start =
          layout.isCovered(starts[i]) ? layout.nextWindow(starts[i], fired) : Long.MAX_VALUE;
      if (start != Long.MAX_VALUE) {
        // Panes ascend, and so do their next windows: the first is the earliest.
        fired = layout.maxTimestamp(start);
        if (fired > target) {
          return false;
        }
        windowStart = start;
        firstPane = i;
        endPane = i;
        while (endPane < starts.length && starts[endPane] < start + layout.size()) {
          endPane++;
        }
        return true;
      }
    }
    return false;
  }

  /** The last millisecond of the window that fires. */
  public long maxTimestamp() {
    return layout.maxTimestamp(windowStart);
  }

  /** Number of panes of the window that fires. */
  public int paneCount() {
    return endPane - firstPane;
  }

  /** Start of a pane of the window that fires. */
  public long pane(int index) {
    return starts[firstPane + index];
  }

  /** Ends a firing; the panes it began with, each to be dropped if {@link #isDone}. */
  public long[] finish() {
    advance(target);
    nextDue = Long.MAX_VALUE;
    for (long start : starts) {
      if (!isDone(start)) {
        expect(start);
      }
    }
    firing = false;
    long[] panes = starts;
    starts = new long[0];
    return panes;
  }

  /** Whether no window will want a pane any more. */
  public boolean isDone(long pane) {
    return !layout.isCovered(pane) || expiryOf(pane) <= watermark;
  }
}

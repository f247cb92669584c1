package io.millrace.runtime.operators.window;

import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.TumblingEventTimeWindows;

/**
 * How windows are made of panes: a pane is as long as the greatest common divisor of size and
 * slide, so that a record is kept once however many windows overlap, and every window is a whole
 * number of panes. Times are in milliseconds; a pane or window is called by its start.
 */
public record PaneLayout(long size, long slide, long offset, long paneLength) {
  public static PaneLayout of(TumblingEventTimeWindows windows) {
    return new PaneLayout(windows.size(), windows.size(), windows.offset(), windows.size());
  }

  public static PaneLayout of(SlidingEventTimeWindows windows) {
    return new PaneLayout(
        windows.size(), windows.slide(), windows.offset(), gcd(windows.size(), windows.slide()));
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Names the state of panes cut like this: panes of another cut can't be taken for them. */
  public String stateName() {
    return "$window-panes-" + paneLength + "-" + Math.floorMod(offset, paneLength);
  }

  public long paneOf(long timestamp) {
    return TimeWindow.startOf(timestamp, offset, paneLength);
  }

  /** Whether any window holds the pane: with a slide longer than the size there are gaps. */
  public boolean isCovered(long pane) {
    return lastWindow(pane) + size > pane;
  }

  /** The latest window that holds the pane, if it is covered. */
  public long lastWindow(long pane) {
    return TimeWindow.startOf(pane, offset, slide);
  }

  /** The earliest window that holds the pane, if it is covered. */
  public long firstWindow(long pane) {
    long last = lastWindow(pane);
    return last - slide * ((size - (pane - last) - 1) / slide);
  }

  /** The last millisecond of a window. */
  public long maxTimestamp(long window) {
    return window + size - 1;
  }

  /**
   * The earliest window that holds the pane and ends after {@code fired}; {@link Long#MAX_VALUE} if
   * there is none.
   */
  public long nextWindow(long pane, long fired) {
    long window = firstWindow(pane);
    if (maxTimestamp(window) <= fired) {
      long passed = fired - maxTimestamp(window);
      window += slide * (passed / slide + 1);
    }
    return window <= lastWindow(pane) ? window : Long.MAX_VALUE;
  }
}

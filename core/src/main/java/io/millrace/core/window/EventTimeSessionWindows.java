package io.millrace.core.window;

import java.time.Duration;

/** Windows of activity of a key, closed by a gap (in milliseconds) without records. */
public record EventTimeSessionWindows(long gap) implements WindowAssigner {
  public EventTimeSessionWindows {
    if (gap <= 0) {
      throw new IllegalArgumentException("A session gap must be positive, not " + gap + " ms");
    }
  }

  public static EventTimeSessionWindows withGap(Duration gap) {
    return new EventTimeSessionWindows(gap.toMillis());
  }
}

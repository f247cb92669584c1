package io.millrace.core.window;

import java.time.Duration;

/**
 * Windows of a fixed size that follow one another, aligned to the epoch plus an offset; sizes in
 * milliseconds.
 */
public record TumblingEventTimeWindows(long size, long offset) implements WindowAssigner {
  public TumblingEventTimeWindows {
    if (size <= 0 || Math.abs(offset) >= size) {
      throw new IllegalArgumentException(
          "A tumbling window needs a positive size and an offset smaller than it, not "
              + size
              + " ms and "
              + offset
              + " ms");
    }
  }

  public static TumblingEventTimeWindows of(Duration size) {
    return new TumblingEventTimeWindows(size.toMillis(), 0);
  }

  public static TumblingEventTimeWindows of(Duration size, Duration offset) {
    return new TumblingEventTimeWindows(size.toMillis(), offset.toMillis());
  }
}

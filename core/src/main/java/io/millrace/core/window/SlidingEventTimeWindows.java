package io.millrace.core.window;

import java.time.Duration;

/**
 * Windows of a fixed size that start every slide, aligned to the epoch plus an offset; lengths in
 * milliseconds.
 */
public record SlidingEventTimeWindows(long size, long slide, long offset)
    implements WindowAssigner {
  public SlidingEventTimeWindows {
    if (size <= 0 || slide <= 0 || Math.abs(offset) >= slide) {
      throw new IllegalArgumentException(
          "A sliding window needs a positive size and slide and an offset smaller than the slide, not "
              + size
              + " ms, "
              + slide
              + " ms and "
              + offset
              + " ms");
    }
  }

  public static SlidingEventTimeWindows of(Duration size, Duration slide) {
    return new SlidingEventTimeWindows(size.toMillis(), slide.toMillis(), 0);
  }

  public static SlidingEventTimeWindows of(Duration size, Duration slide, Duration offset) {
    return new SlidingEventTimeWindows(size.toMillis(), slide.toMillis(), offset.toMillis());
  }
}

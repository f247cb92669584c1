package io.millrace.core.window;

import java.io.Serializable;

/**
 * The half-open interval of event time [start, end), in milliseconds since the epoch.
 *
 * @param start inclusive
 * @param end exclusive
 */
public record TimeWindow(long start, long end)
    implements Window, Comparable<TimeWindow>, Serializable {
  @Override
  public long maxTimestamp() {
    return end - 1;
  }

  public long getStart() {
    return start;
  }

  public long getEnd() {
    return end;
  }

  public boolean intersects(TimeWindow other) {
    return start <= other.end && end >= other.start;
  }

  public TimeWindow cover(TimeWindow other) {
    return new TimeWindow(Math.min(start, other.start), Math.max(end, other.end));
  }

  @Override
  public int compareTo(TimeWindow other) {
    int byStart = Long.compare(start, other.start);
    return byStart != 0 ? byStart : Long.compare(end, other.end);
  }

  /**
   * The start of the window of {@code size} that holds the timestamp, for windows aligned to the
   * epoch plus offset.
   */
  public static long startOf(long timestamp, long offset, long size) {
    return timestamp - Math.floorMod(timestamp - offset, size);
  }
}

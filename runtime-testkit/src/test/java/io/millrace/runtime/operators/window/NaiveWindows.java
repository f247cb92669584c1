package io.millrace.runtime.operators.window;

import io.millrace.runtime.operators.window.HarnessGroup.Bid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Windows as the books have them: every window of every key keeps its records. */
public final class NaiveWindows {
  /** A result: all records of a window of a key, in the order of arrival. */
  public record Result(long key, long maxTimestamp, List<Long> values) {}

  private final long size;
  private final long slide;
  private final long offset;
  private final long lateness;
  private final Map<Long, Long> reached = new HashMap<>();
  private final Map<Long, TreeMap<Long, List<Long>>> windows = new HashMap<>();
  private int late;

  public NaiveWindows(long size, long slide, long offset, long lateness) {
    this.size = size;
    this.slide = slide;
    this.offset = offset;
    this.lateness = lateness;
  }

  public int late() {
    return late;
  }

  public List<Result> process(Bid bid, long timestamp) {
    long now = reached.getOrDefault(bid.key(), Long.MIN_VALUE);
    List<Result> results = new ArrayList<>();
    boolean any = false;
    boolean taken = false;
    // All windows that could hold it, found by trying every one near it.
    long from = Math.floorDiv(timestamp - size - offset, slide) - 1;
    long to = Math.floorDiv(timestamp - offset, slide) + 1;
    for (long n = from; n <= to; n++) {
      long start = n * slide + offset;
      long last = start + size - 1;
      if (timestamp < start || timestamp > last) {
        continue;
      }
      any = true;
      if (last + lateness <= now) {
        continue;
      }
      taken = true;
      List<Long> values =
          windows
              .computeIfAbsent(bid.key(), key -> new TreeMap<>())
              .computeIfAbsent(start, key -> new ArrayList<>());
      values.add(bid.value());
      if (last <= now) {
        results.add(new Result(bid.key(), last, List.copyOf(values)));
      }
    }
    if (any && !taken) {
      late++;
    }
    return results;
  }

  public List<Result> watermark(long key, long watermark) {
    long before = reached.getOrDefault(key, Long.MIN_VALUE);
    if (watermark <= before) {
      return List.of();
    }
    reached.put(key, watermark);
    List<Result> results = new ArrayList<>();
    TreeMap<Long, List<Long>> mine = windows.getOrDefault(key, new TreeMap<>());
    mine.forEach(
        (start, values) -> {
          long last = start + size - 1;
          if (last > before && last <= watermark) {
            results.add(new Result(key, last, List.copyOf(values)));
          }
        });
    mine.keySet().removeIf(start -> start + size - 1 + lateness <= watermark);
    return results;
  }
}

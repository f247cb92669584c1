package io.millrace.runtime.operators.window;

import io.millrace.runtime.operators.window.HarnessGroup.Bid;
import io.millrace.runtime.operators.window.NaiveWindows.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sessions as the books have them, found by trying every pair. */
public final class NaiveSessions {
  private record Item(long number, long value) {}

  private record Open(long start, long end, boolean fired, List<Item> items) {}

  private final long gap;
  private final long lateness;
  private final Map<Long, Long> reached = new HashMap<>();
  private final Map<Long, List<Open>> sessions = new HashMap<>();
  private long number;
  private int late;

  public NaiveSessions(long gap, long lateness) {
    this.gap = gap;
    this.lateness = lateness;
  }

  public int late() {
    return late;
  }

  public List<Result> process(Bid bid, long timestamp) {
    long now = reached.getOrDefault(bid.key(), Long.MIN_VALUE);
    List<Open> mine = sessions.computeIfAbsent(bid.key(), key -> new ArrayList<>());
    long start = timestamp;
    long end = timestamp + gap;
    List<Item> items = new ArrayList<>();
    boolean joined;
    List<Open> touched = new ArrayList<>();
    do {
      joined = false;
      for (Open each : mine) {
        if (!touched.contains(each) && each.start() <= end && each.end() >= start) {
          touched.add(each);
          start = Math.min(start, each.start());
          end = Math.max(end, each.end());
          items.addAll(each.items());
          joined = true;
        }
      }
    } while (joined);
    if (end - 1 + lateness <= now) {
      late++;
      return List.of();
    }
    mine.removeAll(touched);
    items.add(new Item(number++, bid.value()));
    items.sort((a, b) -> Long.compare(a.number(), b.number()));
    boolean fires = end - 1 <= now;
    Open session = new Open(start, end, fires, items);
    mine.add(session);
    return fires ? List.of(result(bid.key(), session)) : List.of();
  }

  public List<Result> watermark(long key, long watermark) {
    if (watermark <= reached.getOrDefault(key, Long.MIN_VALUE)) {
      return List.of();
    }
    reached.put(key, watermark);
    List<Result> results = new ArrayList<>();
    List<Open> left = new ArrayList<>();
    for (Open each : sessions.getOrDefault(key, List.of())) {
      boolean due = each.end() - 1 <= watermark;
      if (due && !each.fired()) {
        results.add(result(key, each));
      }
      if (each.end() - 1 + lateness > watermark) {
        left.add(new Open(each.start(), each.end(), due || each.fired(), each.items()));
      }
    }
    sessions.put(key, left);
    return results;
  }

  private static Result result(long key, Open session) {
    return new Result(key, session.end() - 1, session.items().stream().map(Item::value).toList());
  }
}

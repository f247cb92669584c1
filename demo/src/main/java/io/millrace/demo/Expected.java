package io.millrace.demo;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the job must have written, computed anew by plain loops that share no code with the engine.
 */
final class Expected {
  private static final long SIZE = 10_000;
  private static final long SLIDE = 2_000;

  /** A line of the results topic. */
  record Result(long windowEnd, long auction, long bids) {}

  private final long[] sequences;
  private final Set<Result> results = new HashSet<>();

  /**
   * @param records how many bids there were
   */
  Expected(int records) {
    sequences = new long[records];
    Map<Long, Long> bidsOfAuction = new HashMap<>();
    TreeMap<Long, Map<Long, Long>> windows = new TreeMap<>();
    for (int i = 0; i < records; i++) {
      long auction = BidStream.auction(i);
      sequences[i] = bidsOfAuction.merge(auction, 1L, Long::sum);
      long time = BidStream.dateTime(i);
      long lastStart = time - time % SLIDE;
      for (long start = lastStart; start > time - SIZE; start -= SLIDE) {
        windows.computeIfAbsent(start + SIZE, end -> new HashMap<>()).merge(auction, 1L, Long::sum);
      }
    }
    windows.forEach(
        (end, counts) -> {
          long most = counts.values().stream().mapToLong(Long::longValue).max().orElseThrow();
          counts.forEach(
              (auction, bids) -> {
                if (bids == most) {
                  results.add(new Result(end, auction, bids));
                }
              });
        });
  }

  int records() {
    return sequences.length;
  }

  /** The number of a bid among those of its auction. */
  long sequence(int id) {
    return sequences[id];
  }

  Set<Result> results() {
    return results;
  }
}

package io.millrace.process;

import java.util.HashMap;
import java.util.Map;

/**
 * The input: bid {@code id} is a pure function of {@code id}. An auction's bids all go to one
 * partition, so that each one's number among them is determined.
 */
final class Bids {
  static final int PARTITIONS = 4;
  private static final long START = 1_700_000_000_000L;
  private static final int AUCTIONS = 500;

  private Bids() {}

  static long auction(int id) {
    long mixed = (id + 1) * 0x9E3779B97F4A7C15L;
    return Long.remainderUnsigned(mixed ^ (mixed >>> 29), AUCTIONS);
  }

  static int partition(int id) {
    return (int) (auction(id) % PARTITIONS);
  }

  static String json(int id) {
    return "{\"id\":%d,\"auction\":%d,\"bidder\":%d,\"price\":%d,\"channel\":\"web\",\"dateTime\":%d}"
        .formatted(id, auction(id), id % 97, 1 + id % 1000, START + id / 10);
  }

  /** What the ledger must say of each bid: how many of its auction there were, with it. */
  static long[] sequences(int count) {
    long[] sequences = new long[count];
    Map<Long, Long> seen = new HashMap<>();
    for (int id = 0; id < count; id++) {
      sequences[id] = seen.merge(auction(id), 1L, Long::sum);
    }
    return sequences;
  }
}

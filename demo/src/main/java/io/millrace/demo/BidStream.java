package io.millrace.demo;

/**
 * The demo's input: bid {@code i} is a pure function of {@code i}. Ten bids a millisecond of event
 * time, up to a second out of order; half of them on the auction that is hot just then. An
 * auction's bids all go to one partition, so that their order, and with it each one's number, is
 * determined.
 */
final class BidStream {
  static final int PARTITIONS = 4;

  private static final long START = 1_700_000_000_000L;
  private static final String[] CHANNELS = {"web", "app", "phone", "partner"};

  private BidStream() {}

  private static long random(long i) {
    long z = 4 + (i + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static long auction(long i) {
    long u = random(i);
    long newest = i / 15;
    return (u & 1) == 0 ? newest / 100 * 100 : Math.max(0, newest - (u >>> 1) % 100);
  }

  static long dateTime(long i) {
    return START + i / 10 - (random(i) >>> 40) % 1000;
  }

  static int partition(long i) {
    long auction = auction(i);
    // The hot auctions are multiples of 100: they must not all go to one partition.
    return (int) ((auction + auction / 100) % PARTITIONS);
  }

  static String json(long i) {
    long u = random(i);
    return "{\"id\":"
        + i
        + ",\"auction\":"
        + auction(i)
        + ",\"bidder\":"
        + (1000 + (u >>> 8) % 10000)
        + ",\"price\":"
        + (1 + (u >>> 32) % 10000)
        + ",\"channel\":\""
        + CHANNELS[(int) (u >>> 56) & 3]
        + "\",\"dateTime\":"
        + dateTime(i)
        + "}";
  }
}

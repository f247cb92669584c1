package io.millrace.benchmarks.workload;

/**
 * The data of the workloads that other engines are measured with: records are pure functions of
 * their number. Arithmetic wraps.
 */
public final class Generators {
  private static final long G = 0x9E3779B97F4A7C15L;

  /** Where event time begins: a multiple of every window. */
  private static final long T0 = 1_700_000_000_000L;

  private Generators() {}

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  public static long random(long seed, long i) {
    return mix(seed + (i + 1) * G);
  }

  /** Of a result of two numbers; order-independent once summed. */
  public static long hash(long a, long b) {
    long h = (a * G) ^ (b * 0xC2B2AE3D27D4EB4FL);
    return h ^ (h >>> 32);
  }

  public static long hash(long a, long b, long c) {
    return hash(hash(a, b), c);
  }

  public static long key(long i, long keys) {
    return (random(2, i) >>> 1) % keys;
  }

  public static KeyedValue keyedValue(long i, long keys) {
    return ofKey(key(i, keys));
  }

  /** The value depends on the key alone, so that sums do not depend on the order of arrival. */
  public static KeyedValue ofKey(long key) {
    return new KeyedValue(key, 1 + (key & 127));
  }

  /**
   * Ten bids a millisecond of event time, up to 999 ms out of order; half of them on hot auctions.
   */
  public static Bid bid(long i) {
    long u = random(4, i);
    long last = i / 15;
    long auction = (u & 1) == 0 ? last / 100 * 100 : Math.max(0, last - (u >>> 1) % 100);
    return new Bid(
        auction,
        1000 + (u >>> 8) % 10_000,
        1 + (u >>> 32) % 10_000,
        T0 + i / 10 + (u >>> 40) % 1000);
  }

  /** Ten persons in three milliseconds, in order. */
  public static Person person(long p) {
    return new Person(p, T0 + p * 3 / 10);
  }

  /** Three a person, in order, of one of the last thousand persons. */
  public static Auction auction(long a) {
    return new Auction(a, Math.max(0, a / 3 - (random(5, a) >>> 1) % 1000), T0 + a / 10);
  }
}

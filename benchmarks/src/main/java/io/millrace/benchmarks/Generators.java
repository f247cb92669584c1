package io.millrace.benchmarks;

/**
 * The data of the workloads that other engines are measured with: records are pure functions of
 * their number.
 */
final class Generators {
  private static final long G = 0x9E3779B97F4A7C15L;

  private Generators() {}

  static long random(long seed, long i) {
    long z = seed + (i + 1) * G;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Order-independent once summed. */
  static long hash(long a, long b) {
    long h = (a * G) ^ (b * 0xC2B2AE3D27D4EB4FL);
    return h ^ (h >>> 32);
  }

  static KeyedValue keyedValue(long i, long keys) {
    long key = (random(2, i) >>> 1) % keys;
    return new KeyedValue(key, 1 + (key & 127));
  }
}

package io.millrace.benchmarks;

import java.util.HashMap;
import java.util.Map;

/**
 * The workloads as naive loops, written from their definition alone: they share no code with the
 * engine or the jobs.
 */
final class PlainLoops {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** What comes out: how many results, and the sum of their hashes. */
  record Outcome(long emitted, long checksum) {
    Outcome plus(long hash) {
      return new Outcome(emitted + 1, checksum + hash);
    }
  }

  private PlainLoops() {}

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  private static long rnd(long seed, long i) {
    return mix(seed + (i + 1) * GOLDEN);
  }

  private static long h2(long a, long b) {
    long h = (a * GOLDEN) ^ (b * 0xC2B2AE3D27D4EB4FL);
    return h ^ (h >>> 32);
  }

  private static long h3(long a, long b, long c) {
    return h2(h2(a, b), c);
  }

  static Outcome sourceOnly(long n) {
    Outcome outcome = new Outcome(0, 0);
    for (long i = 0; i < n; i++) {
      outcome = outcome.plus(rnd(1, i));
    }
    return outcome;
  }

  static Outcome mapFilter(long n) {
    Outcome outcome = new Outcome(0, 0);
    for (long i = 0; i < n; i++) {
      long y = rnd(1, i) * 31 + 7;
      if ((y & 3) != 0) {
        outcome = outcome.plus(y);
      }
    }
    return outcome;
  }

  static Outcome shuffleOnly(long n, long keys) {
    Outcome outcome = new Outcome(0, 0);
    for (long i = 0; i < n; i++) {
      long key = (rnd(2, i) >>> 1) % keys;
      outcome = outcome.plus(h2(key, 1 + (key & 127)));
    }
    return outcome;
  }

  static Outcome keyedCount(long n, long keys) {
    Outcome outcome = new Outcome(0, 0);
    Map<Long, Long> sums = new HashMap<>();
    for (long i = 0; i < n; i++) {
      long key = (rnd(2, i) >>> 1) % keys;
      outcome = outcome.plus(h2(key, sums.merge(key, 1 + (key & 127), Long::sum)));
    }
    return outcome;
  }

  static Outcome wordcount(long n) {
    long[] weights = new long[10_000];
    long total = 0;
    for (int r = 0; r < weights.length; r++) {
      weights[r] = (1L << 32) / (r + 1);
      total += weights[r];
    }
    String[] ofSlot = new String[65_536];
    long cumulated = weights[0];
    int rank = 0;
    for (int j = 0; j < ofSlot.length; j++) {
      while (cumulated * 65_536 <= j * total) {
        cumulated += weights[++rank];
      }
      long h = mix(rank + 1);
      StringBuilder word = new StringBuilder();
      for (int k = 0; k < 3 + (h >>> 1) % 8; k++) {
        word.append((char) ('a' + (rnd(h, k) >>> 1) % 26));
      }
      ofSlot[j] = word.toString();
    }
    Outcome outcome = new Outcome(0, 0);
    Map<String, Long> counts = new HashMap<>();
    for (long i = 0; i < n; i++) {
      for (int j = 0; j < 10; j++) {
        String word = ofSlot[(int) (rnd(3, (i & 65_535) * 10 + j) >>> 48)];
        outcome = outcome.plus(h2(word.hashCode(), counts.merge(word, 1L, Long::sum)));
      }
    }
    return outcome;
  }

  private record Pane(long auction, long end) {}

  /** Times are milliseconds. */
  static Outcome window(long n, long size, long slide) {
    Map<Pane, Long> counts = new HashMap<>();
    for (long i = 0; i < n; i++) {
      long u = rnd(4, i);
      long last = i / 15;
      long auction = (u & 1) == 0 ? last / 100 * 100 : Math.max(0, last - (u >>> 1) % 100);
      long ts = 1_700_000_000_000L + i / 10 + (u >>> 40) % 1000;
      for (long end = ts / slide * slide + slide; end <= ts + size; end += slide) {
        counts.merge(new Pane(auction, end), 1L, Long::sum);
      }
    }
    Outcome outcome = new Outcome(0, 0);
    for (Map.Entry<Pane, Long> count : counts.entrySet()) {
      outcome = outcome.plus(h3(count.getKey().auction(), count.getKey().end(), count.getValue()));
    }
    return outcome;
  }

  static Outcome join(long n) {
    long size = 10_000;
    Map<Long, Long> windowOfPerson = new HashMap<>();
    for (long p = 0; p < n / 4; p++) {
      windowOfPerson.put(p, (1_700_000_000_000L + p * 3 / 10) / size);
    }
    Outcome outcome = new Outcome(0, 0);
    for (long a = 0; a < n / 4 * 3; a++) {
      long seller = Math.max(0, a / 3 - (rnd(5, a) >>> 1) % 1000);
      long window = (1_700_000_000_000L + a / 10) / size;
      if (windowOfPerson.getOrDefault(seller, -1L) == window) {
        outcome = outcome.plus(h3(seller, window * size + size, a));
      }
    }
    return outcome;
  }

  private static final class Group {
    long rows;
    long sum;
  }

  /** Kinds of changes: 0 comes, 1 was before, 2 is after, 3 is deleted. */
  static Outcome columnarSum(long n, long keys) {
    Outcome outcome = new Outcome(0, 0);
    Map<Long, Group> groups = new HashMap<>();
    for (long i = 0; i < n; i++) {
      long step = i / 60 % 4;
      long u = rnd(7, i / 240 * 60 + i % 60);
      boolean deletes = (u >>> 2) % 2 == 1;
      long first = (u >>> 3) % 32768 / 4 * 4 + (u & 3);
      long second = (u >>> 18) % 32768 / 4 * 4 + (u & 3);
      long key = (u >>> 32) * Math.max(1, keys / 60) / (1L << 32) * 60 + i % 60;
      if ((u & 3) == 0) {
        continue;
      }
      boolean added = step == 0 || step == 2 || (step == 3 && !deletes);
      long number = step == 2 || (step == 3 && deletes) ? second : first;
      Group group = groups.computeIfAbsent(key, none -> new Group());
      long before = group.sum;
      boolean was = group.rows > 0;
      group.rows += added ? 1 : -1;
      group.sum += added ? number : -number;
      boolean is = group.rows > 0;
      if (was && is) {
        outcome = outcome.plus(h2(key * 4 + 1, before)).plus(h2(key * 4 + 2, group.sum));
      } else if (was) {
        outcome = outcome.plus(h2(key * 4 + 3, before));
      } else {
        outcome = outcome.plus(h2(key * 4, group.sum));
      }
    }
    return outcome;
  }
}

package io.millrace.benchmarks.columnar;

import io.millrace.runtime.exchange.ChangeKind;

/**
 * The columnar workload as a plain loop: the same arithmetic over the same rows, with a hash table
 * of primitives and no engine; what the engine's cost is measured against.
 */
public final class PlainSum {
  private static final int WORDS = 4;
  private static final int KEY = 0;
  private static final int ROWS = 1;
  private static final int SUM = 2;

  /** A slot that was never used has 0 here: a key may be 0. */
  private static final int USED = 3;

  private long[] table = new long[1024 * WORDS];
  private int mask = 1023;
  private int size;
  private long emitted;
  private long checksum;

  private PlainSum() {}

  /** What comes out. */
  public record Outcome(long emitted, long checksum) {}

  /** Runs over that many rows. */
  public static Outcome run(long rows, long keys) {
    PlainSum sum = new PlainSum();
    sum.addAll(rows, Changelog.keysPerClass(keys));
    return new Outcome(sum.emitted, sum.checksum);
  }

  private void addAll(long rows, long keysPerClass) {
    for (long row = 0; row < rows; row++) {
      long bits = Changelog.bits(row);
      int step = Changelog.step(row);
      long number = Changelog.number(step, bits);
      if (Changelog.passes(number)) {
        add(
            Changelog.key(row, bits, keysPerClass),
            number,
            ChangeKind.sign(Changelog.kind(step, bits)));
      }
    }
  }

  private void add(long key, long number, int sign) {
    int at = find(table, mask, key) * WORDS;
    if (table[at + USED] == 0) {
      at = insert(key) * WORDS;
    }
    long[] words = table;
    long count = words[at + ROWS];
    long before = words[at + SUM];
    long sum = before + sign * number;
    words[at + ROWS] = count + sign;
    words[at + SUM] = sum;
    if (count == 0) {
      emit(ChangeKind.INSERT.code(), key, sum);
    } else if (count + sign == 0) {
      emit(ChangeKind.DELETE.code(), key, before);
    } else {
      emit(ChangeKind.UPDATE_BEFORE.code(), key, before);
      emit(ChangeKind.UPDATE_AFTER.code(), key, sum);
    }
  }

  private void emit(byte kind, long key, long sum) {
    checksum += Changelog.hash(kind, key, sum);
    emitted++;
  }

  private static int find(long[] words, int mask, long key) {
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & mask;
    while (words[slot * WORDS + USED] != 0 && words[slot * WORDS + KEY] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int insert(long key) {
    if (++size > (mask + 1) / 2) {
      long[] old = table;
      mask = 2 * mask + 1;
      table = new long[(mask + 1) * WORDS];
      for (int at = 0; at < old.length; at += WORDS) {
        if (old[at + USED] != 0) {
          System.arraycopy(old, at, table, find(table, mask, old[at + KEY]) * WORDS, WORDS);
        }
      }
    }
    int slot = find(table, mask, key);
    table[slot * WORDS + KEY] = key;
    table[slot * WORDS + USED] = 1;
    return slot;
  }
}

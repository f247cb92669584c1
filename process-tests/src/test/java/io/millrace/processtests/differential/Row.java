package io.millrace.processtests.differential;

import java.util.Comparator;

/**
 * A record as the reference has it; the engine has an object of some {@link Shape} in its place.
 *
 * @param a what keys are made from, in 0 to {@link #MOST_A}
 * @param b the value, in 0 to {@link #MASK}
 * @param time event time in milliseconds
 */
record Row(long a, long b, long time) implements Comparable<Row> {
  static final long MOST_A = (1 << 20) - 1;
  static final long MASK = (1L << 40) - 1;

  private static final Comparator<Row> ORDER =
      Comparator.comparingLong(Row::time).thenComparingLong(Row::a).thenComparingLong(Row::b);

  /** Sums values, in any order. */
  static long sum(long left, long right) {
    return (left + right) & MASK;
  }

  /** Joins values, in this order only. */
  static long after(long left, long right) {
    return (left * 31 + right) & MASK;
  }

  Row plus(Row other) {
    return new Row(Math.min(a, other.a), sum(b, other.b), time);
  }

  @Override
  public int compareTo(Row other) {
    return ORDER.compare(this, other);
  }
}

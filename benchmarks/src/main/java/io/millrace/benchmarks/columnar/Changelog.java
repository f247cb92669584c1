package io.millrace.benchmarks.columnar;

import io.millrace.benchmarks.workload.Generators;
import io.millrace.runtime.exchange.ChangeKind;
import io.millrace.runtime.exchange.Column;
import io.millrace.runtime.exchange.ColumnarType;
import java.util.List;

/**
 * The rows of the columnar workload: changes of numbers by key, each a pure function of its number.
 * Four rows belong together: a number comes, is replaced by another, and that one is deleted or a
 * third one comes. They are {@value #CLASSES} apart, and so are all rows of a key: split into any
 * divisor of that many strides, the rows of each key stay in one stride, and their order is kept.
 */
public final class Changelog {
  /** The columns. */
  public static final int KEY = 0;

  public static final int NUMBER = 1;

  /** Strides that a key's rows may be split into, or a divisor of it. */
  static final int CLASSES = 60;

  /** Both of the rows that are read and of the sums that come out. */
  public static final ColumnarType TYPE =
      new ColumnarType(
          List.of(new Column("key", Column.Type.LONG), new Column("number", Column.Type.LONG)),
          true);

  private static final byte INSERT = ChangeKind.INSERT.code();
  private static final byte DELETE = ChangeKind.DELETE.code();

  private Changelog() {}

  /** The random bits that the four rows have in common. */
  static long bits(long row) {
    long line = row / CLASSES;
    return Generators.random(7, (line >>> 2) * CLASSES + row - line * CLASSES);
  }

  /** Which of the four it is. */
  static int step(long row) {
    return (int) (row / CLASSES) & 3;
  }

  /**
   * @param keysPerClass of {@link #keysPerClass}
   */
  static long key(long row, long bits, long keysPerClass) {
    return ((bits >>> 32) * keysPerClass >>> 32) * CLASSES + row % CLASSES;
  }

  static long keysPerClass(long keys) {
    return Math.max(1, keys / CLASSES);
  }

  static byte kind(int step, long bits) {
    return step < 3 ? (byte) step : (bits & 4) == 0 ? INSERT : DELETE;
  }

  /** All four of those that belong together pass the {@link #passes} test, or none. */
  static long number(int step, long bits) {
    boolean second = step == 2 || (step == 3 && (bits & 4) != 0);
    return (second ? bits >>> 18 : bits >>> 3) & 0x7ffcL | bits & 3;
  }

  /** The filter: three quarters pass. */
  public static boolean passes(long number) {
    return (number & 3) != 0;
  }

  /** Of a change that comes out: sums of it are equal if the same changes came, in any order. */
  static long hash(byte kind, long key, long sum) {
    return Generators.hash(key << 2 | kind, sum);
  }
}

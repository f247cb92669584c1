package io.millrace.runtime.operators.join;

import io.millrace.core.function.ProcessJoinFunction;
import io.millrace.core.types.TypeInformation;
import java.io.Serializable;

/**
 * Everything an interval join is made from: a left record at {@code t} meets the right records from
 * {@code t + lower} to {@code t + upper}.
 *
 * @param lower in milliseconds, inclusive
 * @param upper in milliseconds, inclusive; not below {@code lower}
 */
public record IntervalJoinSpec<A, B, O>(
    long lower,
    long upper,
    ProcessJoinFunction<A, B, O> function,
    TypeInformation<A> left,
    TypeInformation<B> right)
    implements Serializable {
  private static final int PANES_AN_INTERVAL = 4;
  private static final int PANES_KEPT = 64;

  /** Panes stay for as long as the watermark lags behind the records, which no interval tells. */
  private static final long SHORTEST = 100;

  public IntervalJoinSpec {
    if (lower > upper) {
      throw new IllegalArgumentException(
          "An interval from " + lower + " ms to " + upper + " ms holds no time");
    }
  }

  /**
   * Length of the panes in which records are kept, in milliseconds: short enough that few records
   * are looked at in vain or kept too long, and long enough that there are not many panes.
   */
  public long paneLength() {
    long kept = Math.max(Math.abs(lower), Math.abs(upper));
    return Math.max(SHORTEST, Math.max((upper - lower) / PANES_AN_INTERVAL, kept / PANES_KEPT));
  }
}

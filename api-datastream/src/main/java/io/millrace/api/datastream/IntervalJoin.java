package io.millrace.api.datastream;

import io.millrace.core.function.ProcessJoinFunction;
import io.millrace.core.types.TypeInference;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.join.IntervalJoinOperator;
import io.millrace.runtime.operators.join.IntervalJoinSpec;
import java.time.Duration;

/**
 * Two streams keyed alike whose records are to meet if their times are near enough.
 *
 * <pre>{@code
 * clicks.keyBy(Click::user).intervalJoin(orders.keyBy(Order::user))
 *     .between(Duration.ZERO, Duration.ofMinutes(10))
 *     .process(new Attribution());
 * }</pre>
 */
public final class IntervalJoin<A, B, K> {
  private final KeyedPair<A, B, K> pair;

  IntervalJoin(KeyedPair<A, B, K> pair) {
    this.pair = pair;
  }

  /**
   * A left record meets the right ones from {@code lower} to {@code upper} after it, both bounds
   * included; negative durations are before it.
   */
  public IntervalJoined<A, B, K> between(Duration lower, Duration upper) {
    if (lower.compareTo(upper) > 0) {
      throw new IllegalArgumentException(
          "intervalJoin(...).between(...): the lower bound "
              + lower
              + " is above the upper one, "
              + upper);
    }
    return new IntervalJoined<>(pair, lower.toMillis(), upper.toMillis());
  }

  /** The interval is known. */
  public static final class IntervalJoined<A, B, K> {
    private final KeyedPair<A, B, K> pair;
    private final long lower;
    private final long upper;

    private IntervalJoined(KeyedPair<A, B, K> pair, long lower, long upper) {
      this.pair = pair;
      this.lower = lower;
      this.upper = upper;
    }

    /** Leaves out right records at exactly the lower bound. */
    public IntervalJoined<A, B, K> lowerBoundExclusive() {
      return new IntervalJoined<>(pair, lower + 1, upper);
    }

    /** Leaves out right records at exactly the upper bound. */
    public IntervalJoined<A, B, K> upperBoundExclusive() {
      return new IntervalJoined<>(pair, lower, upper - 1);
    }

    /**
     * Calls the function for each pair as soon as both records are there. Records behind the
     * watermark are dropped and counted in the counter {@code lateRecordsDropped}.
     *
     * @throws IllegalArgumentException if no time is left between exclusive bounds
     */
    public <R> SingleOutputStreamOperator<R> process(ProcessJoinFunction<A, B, R> function) {
      IntervalJoinSpec<A, B, R> spec =
          new IntervalJoinSpec<>(
              lower, upper, function, pair.first().getType(), pair.second().getType());
      return pair.apply(
          "Interval Join",
          ClassOperatorFactory.of(IntervalJoinOperator.class, spec),
          TypeInference.outputOf(function));
    }
  }
}

package io.millrace.runtime.operators.window;

import io.millrace.core.function.OutputTag;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.WindowAssigner;
import java.io.Serializable;

/**
 * Everything a window operator is made from.
 *
 * @param accumulator type of what is kept
 * @param lateness how long after its end a window still takes records, in milliseconds
 * @param lateTag where records go that are later than that, or null: then they are dropped and
 *     counted
 */
public record WindowSpec<K, I, A, R, O>(
    WindowAssigner assigner,
    WindowFold<I, A, R> fold,
    TypeInformation<A> accumulator,
    WindowEvaluation<K, R, O> evaluation,
    long lateness,
    OutputTag<I> lateTag)
    implements Serializable {
  /** When a window whose last millisecond is given takes no more records. */
  public long expiry(long maxTimestamp) {
    long expiry = maxTimestamp + lateness;
    return expiry < maxTimestamp ? Long.MAX_VALUE : expiry;
  }
}

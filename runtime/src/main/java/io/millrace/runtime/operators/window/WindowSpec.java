package io.millrace.runtime.operators.window;

import io.millrace.core.function.OutputTag;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.OperatorContext;
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

  /** Whether a function makes what is emitted of what was folded. */
  public boolean isEvaluated() {
    return !(evaluation instanceof WindowEvaluation.Emit<?, ?>);
  }

  /** Opens the user's functions. */
  public void openFunctions(OperatorContext context) throws Exception {
    Functions.open(WindowFold.functionOf(fold), context);
    Functions.open(WindowEvaluation.functionOf(evaluation), context);
  }

  /** Has the user's functions take part in a snapshot. */
  public void snapshotFunctions(CheckpointId checkpoint) throws Exception {
    Functions.snapshot(WindowFold.functionOf(fold), checkpoint);
    Functions.snapshot(WindowEvaluation.functionOf(evaluation), checkpoint);
  }

  /** Closes the user's functions. */
  public void closeFunctions() throws Exception {
    Functions.close(WindowFold.functionOf(fold));
    Functions.close(WindowEvaluation.functionOf(evaluation));
  }
}

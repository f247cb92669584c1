package io.millrace.runtime.operators.window;

import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.runtime.operators.OperatorContext;
import io.millrace.runtime.operators.Receiver;
import java.util.Optional;

/** Where records go that no window takes any more. Owned by the operator's subtask. */
public final class LateRecords<I> {
  private final Optional<Receiver<I>> sideOutput;
  private final Counter dropped;

  public LateRecords(WindowSpec<?, I, ?, ?, ?> spec, OperatorContext context) {
    sideOutput = Optional.ofNullable(spec.lateTag()).map(context::sideOutput);
    dropped = context.runtimeContext().counter("lateRecordsDropped");
  }

  /** To the side output if there is one; else it is dropped and counted. */
  public void take(I value, long timestamp) throws Exception {
    if (sideOutput.isPresent()) {
      sideOutput.get().process(value, timestamp);
    } else {
      dropped.inc();
    }
  }

  /** The refusal of a record without a timestamp. */
  public static IllegalStateException noTimestamp(OperatorContext context, Object value) {
    return new IllegalStateException(
        "Operator '"
            + context.runtimeContext().getTaskName()
            + "': the record "
            + value
            + " has no timestamp, so it belongs to no event-time window; give the source a "
            + "WatermarkStrategy with withTimestampAssigner(...), or call "
            + "assignTimestampsAndWatermarks(...) before the window");
  }
}

package io.millrace.processtests.differential;

import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.types.TypeInformation;

/** Windows by hand: sums by the time at which a timer will fire. */
final class Buckets extends KeyedProcessFunction<Object, Object, Object> {
  private static final long serialVersionUID = 1L;

  private final Shape shape;
  private final TypeInformation<Object> type;
  private transient MapState<Long, Object> sums;

  Buckets(Shape shape, TypeInformation<Object> type) {
    this.shape = shape;
    this.type = type;
  }

  static long end(long time) {
    return Math.floorDiv(time, KeyedStep.BUCKET) * KeyedStep.BUCKET + KeyedStep.BUCKET - 1;
  }

  @Override
  public void open(OpenContext context) {
    sums =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("sums", TypeInformation.of(Long.class), type));
  }

  @Override
  public void processElement(Object r, Context<Object> ctx, Collector<Object> out)
      throws Exception {
    long end = end(ctx.timestamp());
    Object before = sums.get(end);
    sums.put(end, before == null ? r : Folding.plus(shape, before, r));
    ctx.timerService().registerEventTimeTimer(end);
    if (shape.b(r) % 3 == 0) {
      // One that never fires, as it is deleted at once.
      ctx.timerService().registerEventTimeTimer(end - 1);
      ctx.timerService().deleteEventTimeTimer(end - 1);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext<Object> ctx, Collector<Object> out)
      throws Exception {
    Object sum = sums.get(timestamp);
    sums.remove(timestamp);
    out.collect(sum);
  }
}

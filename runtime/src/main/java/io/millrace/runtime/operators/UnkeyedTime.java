package io.millrace.runtime.operators;

import io.millrace.core.function.TimerService;

/** Time without timers: what a function on a stream that is not keyed gets. */
public final class UnkeyedTime implements TimerService {
  private final OperatorContext context;

  public UnkeyedTime(OperatorContext context) {
    this.context = context;
  }

  @Override
  public long currentProcessingTime() {
    return context.currentProcessingTime();
  }

  @Override
  public long currentWatermark() {
    return context.currentWatermark();
  }

  @Override
  public void registerEventTimeTimer(long timestamp) {
    throw refused();
  }

  @Override
  public void registerProcessingTimeTimer(long timestamp) {
    throw refused();
  }

  @Override
  public void deleteEventTimeTimer(long timestamp) {
    throw refused();
  }

  @Override
  public void deleteProcessingTimeTimer(long timestamp) {
    throw refused();
  }

  private UnsupportedOperationException refused() {
    return new UnsupportedOperationException(
        "Operator '"
            + context.runtimeContext().getTaskName()
            + "': timers belong to a key, and this stream is not keyed; use keyBy(...) and a "
            + "KeyedProcessFunction (with connected streams: key both)");
  }
}

package io.millrace.runtime.task;

import io.millrace.runtime.operators.OneInputOperator;

/** The last operator of a chain, which does what a test tells it to. */
public final class StepProbe extends OneInputOperator<KeyValue, Void> {
  @Override
  public boolean isReady() {
    return SteppedSubtask.ready;
  }

  @Override
  public boolean onWatermark(long watermark) {
    while (SteppedSubtask.burst > 0) {
      SteppedSubtask.burst--;
      SteppedSubtask.onFired.run();
      if (!context.mayGoOn()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void process(KeyValue record, long timestamp) {
    SteppedSubtask.onRecord.run();
    if (SteppedSubtask.losesRoom) {
      context.roomLost();
    }
  }
}

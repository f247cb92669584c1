package io.millrace.runtime.task;

import io.millrace.runtime.operators.OneInputOperator;

/**
 * Emits each watermark, as a window would what it holds until then; and stops at it for want of
 * room.
 */
public final class WatermarkEcho extends OneInputOperator<Long, Long> {
  private long emitted = Long.MIN_VALUE;

  @Override
  public boolean onWatermark(long watermark) throws Exception {
    if (emitted < watermark) {
      emitted = watermark;
      out.process(watermark, watermark);
      context.roomLost();
      return false;
    }
    return true;
  }

  @Override
  public void process(Long record, long timestamp) {}
}

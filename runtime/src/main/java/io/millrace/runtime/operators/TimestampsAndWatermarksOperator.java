package io.millrace.runtime.operators;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.time.WatermarkGenerator;
import io.millrace.core.time.WatermarkStrategy;

/**
 * Gives records timestamps and makes the watermark anew in mid-stream, one generator a subtask.
 * Where the source itself knows how, its own strategy is better: it has one generator a split.
 */
public final class TimestampsAndWatermarksOperator<T> extends OneInputOperator<T, T> {
  private final TimestampAssigner<T> assigner;
  private final WatermarkGenerator<T> generator;

  public TimestampsAndWatermarksOperator(WatermarkStrategy<T> strategy) {
    this.assigner = strategy.timestampAssigner();
    this.generator = strategy.createGenerator();
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    long time = assigner.extractTimestamp(value, timestamp);
    generator.onEvent(value, time);
    out.process(value, time);
  }

  @Override
  public boolean makesWatermarks() {
    return true;
  }

  @Override
  public long watermark() {
    return generator.currentWatermark();
  }
}

package io.millrace.runtime.task;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.runtime.operators.OneInputOperator;

/** Running sum of the values of each key. */
public final class SumOperator extends OneInputOperator<KeyValue, KeyValue> {
  private ValueState<Long> sum;

  @Override
  public void open() {
    sum = context.keyedState().getState(new ValueStateDescriptor<>("sum", Long.class));
  }

  @Override
  public void process(KeyValue record, long timestamp) throws Exception {
    Long before = sum.value();
    long now = (before == null ? 0 : before) + record.value();
    sum.update(now);
    out.process(new KeyValue(record.key(), now), timestamp);
  }
}

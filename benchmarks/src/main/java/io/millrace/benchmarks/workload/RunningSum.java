package io.millrace.benchmarks.workload;

import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;

/** Emits the sum of its key's values so far with each record. */
class RunningSum extends KeyedProcessFunction<Long, KeyedValue, KeyedValue> {
  private static final long serialVersionUID = 1L;

  private transient ValueState<Long> sum;

  @Override
  public void open(OpenContext context) throws Exception {
    sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class));
  }

  @Override
  public void processElement(KeyedValue record, Context<Long> context, Collector<KeyedValue> out)
      throws Exception {
    Long before = sum.value();
    long now = before == null ? record.value() : before + record.value();
    sum.update(now);
    out.collect(new KeyedValue(record.key(), now));
  }
}

package io.millrace.processtests.badinput.jobs;

import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;

/** Numbers each account's payments from state: one lost or seen twice shows in all that follow. */
final class NumberPayments extends KeyedProcessFunction<String, Payment, Entry> {
  private static final long serialVersionUID = 1L;

  private transient ValueState<Long> last;

  @Override
  public void open(OpenContext context) {
    last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Long.class));
  }

  @Override
  public void processElement(Payment payment, Context<String> context, Collector<Entry> out)
      throws Exception {
    Long before = last.value();
    long sequence = before == null ? 1 : before + 1;
    last.update(sequence);
    out.collect(new Entry(payment.id(), payment.account(), sequence));
  }
}

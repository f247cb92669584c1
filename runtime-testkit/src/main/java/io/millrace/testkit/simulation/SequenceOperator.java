package io.millrace.testkit.simulation;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.runtime.operators.OneInputOperator;

/**
 * Numbers the records of each key from state: a record lost or seen twice shows in what follows it.
 */
public final class SequenceOperator extends OneInputOperator<InputRecord, Ledger> {
  private ValueState<Long> last;

  @Override
  public void open() {
    last = context.keyedState().getState(new ValueStateDescriptor<>("last", Long.class));
  }

  @Override
  public void process(InputRecord record, long timestamp) throws Exception {
    Long before = last.value();
    long sequence = (before == null ? 0 : before) + 1;
    last.update(sequence);
    out.process(new Ledger(record.id(), record.key(), sequence), timestamp);
  }
}

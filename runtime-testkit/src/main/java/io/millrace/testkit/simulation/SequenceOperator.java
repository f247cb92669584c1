package io.millrace.testkit.simulation;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.runtime.operators.OneInputOperator;

/**
 * Numbers the records of each key from state: a record lost or seen twice shows in what follows it.
 */
public final class SequenceOperator extends OneInputOperator<InputRecord, Ledger> {
  private final int lines;
  private ValueState<Long> last;

  /**
   * @param lines of output for each record of the input
   */
  public SequenceOperator(Integer lines) {
    this.lines = lines;
  }

  @Override
  public void open() {
    last = context.keyedState().getState(new ValueStateDescriptor<>("last", Long.class));
  }

  @Override
  public void process(InputRecord record, long timestamp) throws Exception {
    Long before = last.value();
    long sequence = before == null ? 0 : before;
    last.update(sequence + lines);
    for (int i = 0; i < lines; i++) {
      out.process(new Ledger(record.id() * lines + i, record.key(), sequence + i + 1), timestamp);
    }
  }
}

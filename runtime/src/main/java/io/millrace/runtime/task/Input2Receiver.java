package io.millrace.runtime.task;

import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.operators.TwoInputOperator;

/** The second input of a two-input operator. */
public final class Input2Receiver<T> implements Receiver<T> {
  private final TwoInputOperator<?, T, ?> operator;

  public Input2Receiver(TwoInputOperator<?, T, ?> operator) {
    this.operator = operator;
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    operator.process2(value, timestamp);
  }
}

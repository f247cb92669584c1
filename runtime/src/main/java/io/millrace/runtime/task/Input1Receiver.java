package io.millrace.runtime.task;

import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.operators.TwoInputOperator;

/** The first input of a two-input operator. */
public final class Input1Receiver<T> implements Receiver<T> {
  private final TwoInputOperator<T, ?, ?> operator;

  public Input1Receiver(TwoInputOperator<T, ?, ?> operator) {
    this.operator = operator;
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    operator.process1(value, timestamp);
  }
}

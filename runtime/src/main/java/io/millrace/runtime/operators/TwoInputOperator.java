package io.millrace.runtime.operators;

/** An operator with two inputs; always the head of a chain. */
public abstract class TwoInputOperator<A, B, O> extends Operator<O> {
  public abstract void process1(A value, long timestamp) throws Exception;

  public abstract void process2(B value, long timestamp) throws Exception;
}

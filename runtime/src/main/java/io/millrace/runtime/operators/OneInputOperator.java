package io.millrace.runtime.operators;

/** An operator with one input; the input is the operator itself. */
public abstract class OneInputOperator<I, O> extends Operator<O> implements Receiver<I> {}

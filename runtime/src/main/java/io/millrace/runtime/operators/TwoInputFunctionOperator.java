package io.millrace.runtime.operators;

import io.millrace.core.function.Function;
import io.millrace.runtime.id.CheckpointId;

/** An operator with two inputs that runs one user function: passes the life cycle on to it. */
public abstract class TwoInputFunctionOperator<F extends Function, A, B, O>
    extends TwoInputOperator<A, B, O> {
  private final Function lifeCycle;

  protected TwoInputFunctionOperator(F function) {
    this.lifeCycle = function;
  }

  @Override
  public void open() throws Exception {
    Functions.open(lifeCycle, context);
  }

  @Override
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {
    Functions.snapshot(lifeCycle, checkpoint);
  }

  @Override
  public void checkpointCompleted(CheckpointId checkpoint) throws Exception {
    Functions.completed(lifeCycle, checkpoint);
  }

  @Override
  public void checkpointAborted(CheckpointId checkpoint) throws Exception {
    Functions.aborted(lifeCycle, checkpoint);
  }

  @Override
  public void close() throws Exception {
    Functions.close(lifeCycle);
  }
}

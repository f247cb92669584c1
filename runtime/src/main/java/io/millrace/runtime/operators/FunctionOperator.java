package io.millrace.runtime.operators;

import io.millrace.core.function.Function;
import io.millrace.runtime.id.CheckpointId;

/** An operator with one input that runs one user function: passes the life cycle on to it. */
public abstract class FunctionOperator<F extends Function, I, O> extends OneInputOperator<I, O> {
  private final Function lifeCycle;

  /**
   * @param function the one whose life cycle is passed on; subclasses keep it in a field of their
   *     own, so that their copies see one class in it
   */
  protected FunctionOperator(F function) {
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

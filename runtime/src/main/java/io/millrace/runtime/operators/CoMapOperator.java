package io.millrace.runtime.operators;

import io.millrace.core.function.CoMapFunction;
import io.millrace.core.types.FreshBoxes;

/** Runs a {@link CoMapFunction}. */
public final class CoMapOperator<A, B, O>
    extends TwoInputFunctionOperator<CoMapFunction<A, B, O>, A, B, O> {
  private final CoMapFunction<A, B, O> function;

  public CoMapOperator(CoMapFunction<A, B, O> function) {
    super(function);
    this.function = function;
  }

  @Override
  public void process1(A value, long timestamp) throws Exception {
    out.process(FreshBoxes.of(function.map1(value)), timestamp);
  }

  @Override
  public void process2(B value, long timestamp) throws Exception {
    out.process(FreshBoxes.of(function.map2(value)), timestamp);
  }
}

package io.millrace.runtime.operators;

import io.millrace.core.function.CoFlatMapFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.types.FreshBoxes;

/** Runs a {@link CoFlatMapFunction}; is its collector itself. */
public final class CoFlatMapOperator<A, B, O>
    extends TwoInputFunctionOperator<CoFlatMapFunction<A, B, O>, A, B, O> implements Collector<O> {
  private final CoFlatMapFunction<A, B, O> function;
  private long timestamp;

  public CoFlatMapOperator(CoFlatMapFunction<A, B, O> function) {
    super(function);
    this.function = function;
  }

  @Override
  public void process1(A value, long time) throws Exception {
    timestamp = time;
    function.flatMap1(value, this);
  }

  @Override
  public void process2(B value, long time) throws Exception {
    timestamp = time;
    function.flatMap2(value, this);
  }

  @Override
  public void collect(O record) {
    O own = FreshBoxes.of(record);
    try {
      out.process(own, timestamp);
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }
}

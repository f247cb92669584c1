package io.millrace.runtime.operators;

import io.millrace.core.function.Collector;
import io.millrace.core.function.FlatMapFunction;
import io.millrace.core.types.FreshBoxes;

/** Runs a {@link FlatMapFunction}; is the function's collector itself. */
public final class FlatMapOperator<I, O> extends FunctionOperator<FlatMapFunction<I, O>, I, O>
    implements Collector<O> {
  private final FlatMapFunction<I, O> function;
  private long timestamp;

  public FlatMapOperator(FlatMapFunction<I, O> function) {
    super(function);
    this.function = function;
  }

  @Override
  public void process(I value, long time) throws Exception {
    timestamp = time;
    function.flatMap(value, this);
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

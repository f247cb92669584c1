package io.millrace.runtime.operators;

import io.millrace.core.function.MapFunction;
import io.millrace.core.types.FreshBoxes;

/** Runs a {@link MapFunction}. */
public final class MapOperator<I, O> extends FunctionOperator<MapFunction<I, O>, I, O> {
  private final MapFunction<I, O> function;

  public MapOperator(MapFunction<I, O> function) {
    super(function);
    this.function = function;
  }

  @Override
  public void process(I value, long timestamp) throws Exception {
    out.process(FreshBoxes.of(function.map(value)), timestamp);
  }
}

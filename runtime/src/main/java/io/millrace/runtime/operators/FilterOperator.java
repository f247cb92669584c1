package io.millrace.runtime.operators;

import io.millrace.core.function.FilterFunction;

/** Runs a {@link FilterFunction}. */
public final class FilterOperator<T> extends FunctionOperator<FilterFunction<T>, T, T> {
  private final FilterFunction<T> function;

  public FilterOperator(FilterFunction<T> function) {
    super(function);
    this.function = function;
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    if (function.filter(value)) {
      out.process(value, timestamp);
    }
  }
}

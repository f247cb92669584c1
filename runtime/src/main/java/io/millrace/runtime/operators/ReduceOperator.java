package io.millrace.runtime.operators;

import io.millrace.core.function.ReduceFunction;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;

/** Combines each record with the result so far of its key, keeps and emits the new result. */
public final class ReduceOperator<T> extends FunctionOperator<ReduceFunction<T>, T, T> {
  private final ReduceFunction<T> function;
  private final TypeInformation<T> type;
  private ValueState<T> state;

  public ReduceOperator(ReduceFunction<T> function, TypeInformation<T> type) {
    super(function);
    this.function = function;
    this.type = type;
  }

  @Override
  public void open() throws Exception {
    state = context.keyedState().getState(new ValueStateDescriptor<>("$reduced", type));
    super.open();
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    T before = state.value();
    T result = before == null ? value : function.reduce(before, value);
    state.update(result);
    out.process(result, timestamp);
  }
}

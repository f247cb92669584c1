package io.millrace.runtime.operators;

import io.millrace.core.function.ReduceFunction;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.FreshBoxes;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.ProbedValueState;

/** Combines each record with the result so far of its key, keeps and emits the new result. */
public final class ReduceOperator<T> extends FunctionOperator<ReduceFunction<T>, T, T> {
  private final ReduceFunction<T> function;
  private final TypeInformation<T> type;
  private ProbedValueState<T> state;

  public ReduceOperator(ReduceFunction<T> function, TypeInformation<T> type) {
    super(function);
    this.function = function;
    this.type = type;
  }

  @Override
  public void open() throws Exception {
    state =
        ProbedValueState.of(
            context.keyedState().getState(new ValueStateDescriptor<>("$reduced", type)));
    super.open();
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    // In two branches, so that neither value is one of two for the compiler: it takes both apart.
    if (state.find()) {
      T result = FreshBoxes.of(function.reduce(state.found(), value));
      state.update(result);
      out.process(result, timestamp);
    } else {
      state.update(value);
      out.process(value, timestamp);
    }
  }
}

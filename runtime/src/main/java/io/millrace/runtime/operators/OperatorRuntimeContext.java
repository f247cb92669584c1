package io.millrace.runtime.operators;

import io.millrace.core.function.RuntimeContext;
import io.millrace.core.state.AggregatingState;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingState;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;

/** What an operator sees and what its function sees in one, with the same keyed state. */
public abstract class OperatorRuntimeContext implements OperatorContext, RuntimeContext {
  @Override
  public final RuntimeContext runtimeContext() {
    return this;
  }

  @Override
  public final <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
    return keyedState().getState(descriptor);
  }

  @Override
  public final <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
    return keyedState().getListState(descriptor);
  }

  @Override
  public final <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor) {
    return keyedState().getMapState(descriptor);
  }

  @Override
  public final <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
    return keyedState().getReducingState(descriptor);
  }

  @Override
  public final <I, A, O> AggregatingState<I, O> getAggregatingState(
      AggregatingStateDescriptor<I, A, O> descriptor) {
    return keyedState().getAggregatingState(descriptor);
  }
}

package io.millrace.runtime.inspect;

import io.millrace.core.function.OutputTag;
import io.millrace.core.function.RuntimeContext;
import io.millrace.core.state.AggregatingState;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.OperatorStateStore;
import io.millrace.core.state.ReducingState;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.operators.OperatorContext;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What an operator sees that is opened to be looked at: the first subtask of a job that is not. */
final class DetachedContext implements OperatorContext, RuntimeContext {
  private final String job;
  private final JobVertex vertex;
  private final OperatorNode node;
  private final ClassLoader classes;
  private final Optional<? extends KeyedStateBackend<?>> keyed;
  private final OperatorStateStore operatorState;

  DetachedContext(
      String job,
      JobVertex vertex,
      OperatorNode node,
      ClassLoader classes,
      Optional<? extends KeyedStateBackend<?>> keyed,
      OperatorStateStore operatorState) {
    this.job = job;
    this.vertex = vertex;
    this.node = node;
    this.classes = classes;
    this.keyed = keyed;
    this.operatorState = operatorState;
  }

  @Override
  public RuntimeContext runtimeContext() {
    return this;
  }

  @Override
  @SuppressWarnings("unchecked") // the graph says that it is of this key
  public <K> KeyedStateBackend<K> keyedState() {
    return (KeyedStateBackend<K>)
        keyed.orElseThrow(
            () ->
                new IllegalStateException(
                    "Operator " + node.described() + " asks for keyed state without a key"));
  }

  @Override
  public OperatorStateStore operatorState() {
    return operatorState;
  }

  @Override
  public boolean isRestored() {
    return false;
  }

  @Override
  public List<SplitState> restoredSplits() {
    return List.of();
  }

  @Override
  public List<Blob> restoredCommittables() {
    return List.of();
  }

  @Override
  public CheckpointSettings checkpoints() {
    return CheckpointSettings.DISABLED;
  }

  @Override
  public <X> Receiver<X> sideOutput(OutputTag<X> tag) {
    return (value, timestamp) -> {};
  }

  @Override
  public boolean hasRoom() {
    return true;
  }

  @Override
  public boolean mayGoOn() {
    return true;
  }

  @Override
  public void roomLost() {}

  @Override
  public long currentWatermark() {
    return Long.MIN_VALUE;
  }

  @Override
  public long currentProcessingTime() {
    return 0;
  }

  @Override
  public void scheduleProcessingTime(long time) {}

  @Override
  public void post(Mail mail) {}

  @Override
  public void wakeUp() {}

  @Override
  public void wakeUpAfter(Duration delay) {}

  @Override
  public void fail(Throwable cause) {}

  @Override
  public void requestSplit() {}

  @Override
  public String getJobId() {
    return "plan";
  }

  @Override
  public String getJobName() {
    return job;
  }

  @Override
  public String getTaskName() {
    return node.name();
  }

  @Override
  public int getIndexOfThisSubtask() {
    return 0;
  }

  @Override
  public int getNumberOfParallelSubtasks() {
    return vertex.parallelism();
  }

  @Override
  public int getMaxNumberOfParallelSubtasks() {
    return vertex.maxParallelism();
  }

  @Override
  public int getAttemptNumber() {
    return 0;
  }

  @Override
  public ClassLoader getUserCodeClassLoader() {
    return classes;
  }

  @Override
  public Counter counter(String name) {
    return new Counter() {
      private long count;

      @Override
      public void inc(long n) {
        count += n;
      }

      @Override
      public long count() {
        return count;
      }
    };
  }

  @Override
  public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
    return keyedState().getState(descriptor);
  }

  @Override
  public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
    return keyedState().getListState(descriptor);
  }

  @Override
  public <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor) {
    return keyedState().getMapState(descriptor);
  }

  @Override
  public <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
    return keyedState().getReducingState(descriptor);
  }

  @Override
  public <I, A, O> AggregatingState<I, O> getAggregatingState(
      AggregatingStateDescriptor<I, A, O> descriptor) {
    return keyedState().getAggregatingState(descriptor);
  }
}

package io.millrace.runtime.inspect;

import io.millrace.core.function.OutputTag;
import io.millrace.core.state.OperatorStateStore;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.operators.OperatorRuntimeContext;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What an operator sees that is opened to be looked at: the first subtask of a job that is not. */
final class DetachedContext extends OperatorRuntimeContext {
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
}

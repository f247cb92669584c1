package io.millrace.runtime.task;

import io.millrace.core.function.OutputTag;
import io.millrace.core.state.OperatorStateStore;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.operators.OperatorRuntimeContext;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.OperatorStateBackend;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What one operator of a chain, and the user's function in it, see of their subtask. */
final class OperatorEnvironment extends OperatorRuntimeContext {
  private final Subtask subtask;
  private final TaskDeployment deployment;
  private final OperatorNode node;
  private final ClassLoader userLoader;
  private final Optional<KeyedStateBackend<?>> keyed;
  private final OperatorStateBackend operatorState;
  private final Map<String, Receiver<?>> sideOutputs;
  private final StateHandles restored;
  private final OutputRoom room;
  private final StepBudget budget;
  private final Map<String, Count> counters = new TreeMap<>();
  private long processingTimeDue = Long.MAX_VALUE;

  OperatorEnvironment(
      Subtask subtask,
      TaskDeployment deployment,
      OperatorNode node,
      ClassLoader userLoader,
      Optional<KeyedStateBackend<?>> keyed,
      OperatorStateBackend operatorState,
      Map<String, Receiver<?>> sideOutputs) {
    this.subtask = subtask;
    this.deployment = deployment;
    this.node = node;
    this.userLoader = userLoader;
    this.keyed = keyed;
    this.operatorState = operatorState;
    this.sideOutputs = sideOutputs;
    this.restored = deployment.restore().getOrDefault(node.uid(), StateHandles.EMPTY);
    this.room = subtask.room();
    this.budget = subtask.budget();
  }

  long processingTimeDue() {
    return processingTimeDue;
  }

  void processingTimeReached() {
    processingTimeDue = Long.MAX_VALUE;
  }

  void addCountersTo(Map<String, Long> sums) {
    counters.forEach((name, count) -> sums.merge(name, count.n, Long::sum));
  }

  OperatorStateBackend operatorStateBackend() {
    return operatorState;
  }

  Optional<KeyedStateBackend<?>> keyedBackend() {
    return keyed;
  }

  OperatorNode node() {
    return node;
  }

  // ---- OperatorContext

  @Override
  @SuppressWarnings("unchecked") // the edge's key type
  public <K> KeyedStateBackend<K> keyedState() {
    return (KeyedStateBackend<K>)
        keyed.orElseThrow(
            () ->
                new IllegalStateException(
                    "Operator "
                        + node.name()
                        + ": keyed state and timers need a keyed stream; put keyBy(...) before it"));
  }

  @Override
  public OperatorStateStore operatorState() {
    return operatorState;
  }

  @Override
  public boolean isRestored() {
    return deployment.restoredFrom().isPresent();
  }

  @Override
  public List<SplitState> restoredSplits() {
    return restored.splits();
  }

  @Override
  public List<Blob> restoredCommittables() {
    return restored.committables();
  }

  @Override
  public CheckpointSettings checkpoints() {
    return deployment.checkpoints();
  }

  @Override
  @SuppressWarnings("unchecked") // the tag's type is the edge's
  public <X> Receiver<X> sideOutput(OutputTag<X> tag) {
    Receiver<?> receiver = sideOutputs.get(tag.id());
    return receiver == null ? (value, timestamp) -> {} : (Receiver<X>) receiver;
  }

  @Override
  public boolean hasRoom() {
    return room.isOpen();
  }

  @Override
  public boolean mayGoOn() {
    return room.isOpen() && budget.lastsForMore();
  }

  @Override
  public void roomLost() {
    room.lose();
  }

  @Override
  public long currentWatermark() {
    return subtask.watermark();
  }

  @Override
  public long currentProcessingTime() {
    return subtask.now();
  }

  @Override
  public void scheduleProcessingTime(long time) {
    if (time < processingTimeDue) {
      processingTimeDue = time;
      subtask.scheduleProcessingTime(time);
    }
  }

  @Override
  public void post(Mail mail) {
    subtask.post(mail);
  }

  @Override
  public void wakeUp() {
    subtask.wakeUp();
  }

  @Override
  public void wakeUpAfter(Duration delay) {
    subtask.wakeUpAfter(delay);
  }

  @Override
  public void fail(Throwable cause) {
    subtask.post(
        () -> {
          throw cause instanceof Exception exception ? exception : new IllegalStateException(cause);
        });
  }

  @Override
  public void requestSplit() {
    subtask.tell(new ToJobManager.SplitRequested(deployment.attempt()));
  }

  // ---- RuntimeContext

  @Override
  public String getJobId() {
    return deployment.attempt().job().value();
  }

  @Override
  public String getJobName() {
    return deployment.jobName();
  }

  @Override
  public String getTaskName() {
    return node.name();
  }

  @Override
  public int getIndexOfThisSubtask() {
    return deployment.attempt().subtask().index();
  }

  @Override
  public int getNumberOfParallelSubtasks() {
    return deployment.vertex().parallelism();
  }

  @Override
  public int getMaxNumberOfParallelSubtasks() {
    return deployment.vertex().maxParallelism();
  }

  @Override
  public int getAttemptNumber() {
    return deployment.attempt().attempt();
  }

  @Override
  public ClassLoader getUserCodeClassLoader() {
    return userLoader;
  }

  @Override
  public Counter counter(String name) {
    return counters.computeIfAbsent(name, key -> new Count());
  }

  private static final class Count implements Counter {
    private long n;

    @Override
    public void inc(long by) {
      n += by;
    }

    @Override
    public long count() {
      return n;
    }
  }
}

package io.millrace.testkit;

import io.millrace.core.function.OutputTag;
import io.millrace.core.state.OperatorStateStore;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.operators.OperatorRuntimeContext;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.OperatorStateBackend;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/** What an operator in a harness sees: a subtask without an engine. */
final class HarnessContext extends OperatorRuntimeContext {
  final Map<String, List<Emitted<?>>> sideOutputs = new HashMap<>();
  final Map<String, Count> counters = new HashMap<>();
  final Queue<Mail> mails = new ArrayDeque<>();
  long watermark = Long.MIN_VALUE;
  long processingTime;
  long processingTimeDue = Long.MAX_VALUE;
  boolean roomRefused;
  List<SplitState> restoredSplits = List.of();

  private final int subtask;
  private final int parallelism;
  private final boolean restored;
  private final Optional<? extends KeyedStateBackend<?>> keyed;
  private final OperatorStateBackend operatorState;

  HarnessContext(
      int subtask,
      int parallelism,
      boolean restored,
      Optional<? extends KeyedStateBackend<?>> keyed,
      OperatorStateBackend operatorState) {
    this.subtask = subtask;
    this.parallelism = parallelism;
    this.restored = restored;
    this.keyed = keyed;
    this.operatorState = operatorState;
  }

  static final class Count implements Counter {
    private long count;

    @Override
    public void inc(long n) {
      count += n;
    }

    @Override
    public long count() {
      return count;
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public <K> KeyedStateBackend<K> keyedState() {
    return (KeyedStateBackend<K>)
        keyed.orElseThrow(
            () -> new IllegalStateException("The harness has no key: build it with keyedBy(...)"));
  }

  @Override
  public OperatorStateStore operatorState() {
    return operatorState;
  }

  @Override
  public boolean isRestored() {
    return restored;
  }

  @Override
  public List<SplitState> restoredSplits() {
    return restoredSplits;
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
    List<Emitted<?>> records = sideOutputs.computeIfAbsent(tag.id(), id -> new ArrayList<>());
    return (value, timestamp) -> records.add(new Emitted<>(value, timestamp));
  }

  @Override
  public boolean hasRoom() {
    return !roomRefused;
  }

  @Override
  public boolean mayGoOn() {
    return !roomRefused;
  }

  @Override
  public void roomLost() {}

  @Override
  public long currentWatermark() {
    return watermark;
  }

  @Override
  public long currentProcessingTime() {
    return processingTime;
  }

  @Override
  public void scheduleProcessingTime(long time) {
    processingTimeDue = Math.min(processingTimeDue, time);
  }

  @Override
  public void post(Mail mail) {
    mails.add(mail);
  }

  @Override
  public void wakeUp() {}

  @Override
  public void wakeUpAfter(Duration delay) {}

  @Override
  public void fail(Throwable cause) {
    mails.add(
        () -> {
          throw new IllegalStateException("The operator failed its subtask", cause);
        });
  }

  @Override
  public void requestSplit() {
    throw new UnsupportedOperationException("A harness has no enumerator");
  }

  @Override
  public String getJobId() {
    return JobId.of(0).value();
  }

  @Override
  public String getJobName() {
    return "harness";
  }

  @Override
  public String getTaskName() {
    return "operator";
  }

  @Override
  public int getIndexOfThisSubtask() {
    return subtask;
  }

  @Override
  public int getNumberOfParallelSubtasks() {
    return parallelism;
  }

  @Override
  public int getMaxNumberOfParallelSubtasks() {
    return OperatorHarness.KEY_GROUPS;
  }

  @Override
  public int getAttemptNumber() {
    return 0;
  }

  @Override
  public ClassLoader getUserCodeClassLoader() {
    return OperatorHarness.loader();
  }

  @Override
  public Counter counter(String name) {
    return counters.computeIfAbsent(name, key -> new Count());
  }
}

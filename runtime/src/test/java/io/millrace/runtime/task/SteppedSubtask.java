package io.millrace.runtime.task;

import io.millrace.core.storage.FileStore;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.FunctionShipping;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.heap.KeyedBackends;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A source with a {@link StepProbe} behind it, stepped one by one on the test's own thread. */
public final class SteppedSubtask {
  /** Statics, because the engine makes copies of operator classes. */
  public static boolean ready;

  public static Runnable onRecord;

  /** Whether the probe says after a record that it has no room; it has some again at once. */
  public static boolean losesRoom;

  /** How many times {@link #onFired} is still to be called when event time ends. */
  public static int burst;

  public static Runnable onFired;

  static final AttemptId ATTEMPT = new AttemptId(new SubtaskId(JobId.of(7), 0, 0), 0);
  private static final long RECORDS = 1L << 40;

  final List<ToJobManager> messages = new ArrayList<>();
  long nanos;
  private final QueuedSteps steps = new QueuedSteps();
  private final TaskRunner runner;

  private static void forgetProbes() {
    ready = true;
    onRecord = () -> {};
    losesRoom = false;
    burst = 0;
    onFired = () -> {};
  }

  SteppedSubtask(FileStore store) {
    forgetProbes();
    RemoteChannels none = null;
    runner =
        new TaskRunner(
            new SubtaskServices(
                steps,
                Runnable::run,
                (time, callback) -> {},
                () -> 0,
                () -> nanos,
                store,
                KeyedBackends.onHeap(),
                messages::add),
            TaskTuning.FULL,
            new TaskManagerId("tm"),
            new LocalChannels(),
            none);
  }

  void deploy() {
    SourceOperatorFactory<KeyValue> source =
        new SourceOperatorFactory<>(
            new KeyValueSource(RECORDS, 1), WatermarkStrategy.noWatermarks());
    OperatorFactory probe = (OperatorFactory & Serializable) maker -> maker.make(StepProbe.class);
    JobVertex vertex =
        new JobVertex(
            0,
            "source and probe",
            1,
            128,
            List.of(
                node("source", -1, Kind.SOURCE, FunctionShipping.serialize(source, "source")),
                node("probe", 0, Kind.OPERATOR, FunctionShipping.serialize(probe, "probe"))));
    runner.deploy(
        new TaskDeployment(
            ATTEMPT,
            "stepped",
            vertex,
            List.of(),
            List.of(),
            CheckpointSettings.DISABLED,
            List.of(),
            Map.of(),
            Optional.empty()),
        getClass().getClassLoader());
  }

  private static OperatorNode node(String name, int parent, Kind kind, byte[] factory) {
    return new OperatorNode(name, true, name, parent, "", kind, true, factory);
  }

  void assignEverything() throws Exception {
    byte[] all =
        new KeyValueSource(RECORDS, 1).splitSerializer().serialize(new KeyValueSource.Stride(0, 1));
    tell(new ToTaskManager.AssignSplits(ATTEMPT, 1, List.of(new Blob(1, all))));
  }

  void tell(ToTaskManager message) {
    runner.handle(message);
  }

  /** One step, if the subtask wants one. */
  void step() {
    StepHandle handle = steps.runnable.poll();
    if (handle != null) {
      handle.run();
    }
  }

  boolean wantsStep() {
    return !steps.runnable.isEmpty();
  }

  <T> List<T> said(Class<T> type) {
    return messages.stream().filter(type::isInstance).map(type::cast).toList();
  }
}

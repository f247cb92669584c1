package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.FileSection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Drives a {@link JobMachine} step by step, answering for the cluster where a test doesn't care.
 */
final class Scenario {
  static final JobId JOB = JobId.of(7);
  static final TaskManagerId TM1 = new TaskManagerId("tm-1");
  static final TaskManagerId TM2 = new TaskManagerId("tm-2");
  static final List<SlotOffer> TWO_BY_ONE = List.of(slots(TM1, 1), slots(TM2, 1));

  final JobMachine machine;
  final JobGraph graph;

  /** All actions so far. */
  final List<JobAction> log = new ArrayList<>();

  /** Those of the last event. */
  List<JobAction> last = List.of();

  long now = 1_000;

  Scenario(JobGraph graph) {
    this(graph, Duration.ZERO);
  }

  Scenario(JobGraph graph, Duration slotPatience) {
    this.graph = graph;
    this.machine =
        new JobMachine(new JobMachineSettings(JOB, graph, false, slotPatience, () -> 0.5));
  }

  static SlotOffer slots(TaskManagerId taskManager, int count) {
    return new SlotOffer(taskManager, taskManager.value(), 4000, count);
  }

  static AttemptId attempt(int vertex, int subtask, int number) {
    return new AttemptId(new SubtaskId(JOB, vertex, subtask), number);
  }

  List<JobAction> on(JobEvent event) {
    now++;
    last = machine.on(event, now);
    log.addAll(last);
    return last;
  }

  /** Two TaskManagers, parallelism 2, all subtasks running. */
  static Scenario running(JobGraph graph) {
    Scenario scenario = new Scenario(graph);
    scenario.start(TWO_BY_ONE);
    scenario.allBecome(TaskState.RUNNING);
    return scenario;
  }

  void start(List<SlotOffer> slots) {
    on(new JobEvent.JobStarted(slots, JobCounters.INITIAL, List.of(), Optional.empty()));
    storeCounters();
  }

  /** Answers the last StoreCounters. */
  void storeCounters() {
    on(new JobEvent.CountersStored(lastOf(JobAction.StoreCounters.class).counters()));
  }

  void allBecome(TaskState state) {
    for (ExecutionState.Placed placed : machine.attempts()) {
      become(placed, state);
    }
  }

  void become(ExecutionState.Placed placed, TaskState state) {
    Optional<TaskFailure> failure =
        state == TaskState.FAILED
            ? Optional.of(new TaskFailure("boom in " + placed.attempt().subtask().vertex(), ""))
            : Optional.empty();
    tell(placed.taskManager(), new ToJobManager.TaskStateChanged(placed.attempt(), state, failure));
  }

  void tell(TaskManagerId from, ToJobManager message) {
    on(new JobEvent.FromTaskManager(from, message));
  }

  void fire(JobTimer.Kind kind) {
    JobTimer timer =
        log.stream()
            .filter(JobAction.StartTimer.class::isInstance)
            .map(action -> ((JobAction.StartTimer) action).timer())
            .filter(candidate -> candidate.kind() == kind)
            .reduce((first, second) -> second)
            .orElseThrow();
    on(new JobEvent.TimerFired(timer));
  }

  /** Starts a periodic checkpoint and brings it to where barriers are injected. */
  CheckpointId trigger() {
    fire(JobTimer.Kind.CHECKPOINT_DUE);
    return bringToTrigger();
  }

  /** From the stored counter to the injected barriers. */
  CheckpointId bringToTrigger() {
    CheckpointId id = storedCheckpoint();
    storeCounters();
    snapshotEnumerators(id);
    return id;
  }

  CheckpointId storedCheckpoint() {
    return new CheckpointId(lastOf(JobAction.StoreCounters.class).counters().nextCheckpoint() - 1);
  }

  void snapshotEnumerators(CheckpointId id) {
    for (JobAction.SnapshotEnumerator snapshot :
        List.copyOf(lastAll(JobAction.SnapshotEnumerator.class))) {
      on(
          new JobEvent.EnumeratorSnapshot(
              snapshot.vertex(), snapshot.execution(), id, blob("enumerator " + id)));
    }
  }

  void ackAll(CheckpointId id) {
    for (ExecutionState.Placed placed : machine.attempts()) {
      ack(placed, id);
    }
  }

  void ack(ExecutionState.Placed placed, CheckpointId id) {
    tell(placed.taskManager(), ackOf(placed.attempt(), id));
  }

  ToJobManager.AckCheckpoint ackOf(AttemptId attempt, CheckpointId id) {
    String uid = graph.vertices().get(attempt.subtask().vertex()).operators().get(0).uid();
    StateHandles handles =
        new StateHandles(
            List.of(),
            List.of(new FileSection("chk-" + id + "/" + attempt, 0, 10, 0)),
            List.of(),
            List.of());
    return new ToJobManager.AckCheckpoint(
        attempt, id, Map.of(uid, handles), CheckpointTimings.NONE);
  }

  /** Takes a whole periodic checkpoint. */
  CheckpointId checkpoint() {
    CheckpointId id = trigger();
    complete(id);
    return id;
  }

  void complete(CheckpointId id) {
    ackAll(id);
    on(new JobEvent.MetadataWritten(id));
    on(new JobEvent.PointerWritten(id));
  }

  /** After a failure: all subtasks stop, the back-off ends, the next execution is deployed. */
  void restart() {
    allBecome(TaskState.CANCELED);
    fire(JobTimer.Kind.RESTART);
    storeCounters();
  }

  static Blob blob(String text) {
    return new Blob(1, text.getBytes(StandardCharsets.UTF_8));
  }

  <A extends JobAction> A lastOf(Class<A> type) {
    return all(type).stream().reduce((first, second) -> second).orElseThrow();
  }

  <A extends JobAction> List<A> all(Class<A> type) {
    return log.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Of the last event. */
  <A extends JobAction> List<A> lastAll(Class<A> type) {
    return last.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Messages to TaskManagers in all. */
  <M extends ToTaskManager> List<M> sent(Class<M> type) {
    return messages(log, type);
  }

  /** Messages to TaskManagers of the last event. */
  <M extends ToTaskManager> List<M> lastSent(Class<M> type) {
    return messages(last, type);
  }

  private static <M extends ToTaskManager> List<M> messages(
      List<JobAction> actions, Class<M> type) {
    return actions.stream()
        .filter(JobAction.Send.class::isInstance)
        .map(action -> ((JobAction.Send) action).message())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }
}

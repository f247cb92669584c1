package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.scheduler.JobMachine.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the parts of a {@link JobMachine} share: where the job is, its execution under way, and what
 * has been decided in the event at hand. Owned by the job's thread.
 */
final class JobState {
  final JobMachineSettings settings;
  final JobGraph graph;
  final CheckpointCoordinator checkpoints;
  final RequestBook requests = new RequestBook(this::act);
  final UsedTaskManagers used;
  final FailureHistory failures = new FailureHistory();

  JobCounters counters = JobCounters.INITIAL;

  /** Number of the latest execution; -1 before the first. */
  int number = -1;

  Optional<RunningExecution> current = Optional.empty();
  Optional<JobEvent.StopRequested> stop = Optional.empty();

  /** The savepoint the job was stopped with: from then on only a new job may start from it. */
  Optional<RetainedCheckpoint> stoppedWith = Optional.empty();

  /** The last checkpoint has been requested in this execution. */
  boolean lastRequested;

  private final List<JobAction> actions = new ArrayList<>();
  private long now;
  private Phase phase = Phase.CREATED;
  private JobStatus status = JobStatus.CREATED;
  private Optional<String> detail = Optional.empty();

  /** Decided by the coordinator in mid-event; carried out at the event's end. */
  private Optional<String> coordinatorFailure = Optional.empty();

  private boolean lastCompleted;

  JobState(JobMachineSettings settings) {
    this.settings = settings;
    this.graph = settings.graph();
    this.used = new UsedTaskManagers(settings.job(), this::act);
    this.checkpoints = new CheckpointCoordinator(settings.job(), graph, new MachineEffects(this));
  }

  JobId job() {
    return settings.job();
  }

  long now() {
    return now;
  }

  Phase phase() {
    return phase;
  }

  JobStatus status() {
    return status;
  }

  Optional<String> detail() {
    return detail;
  }

  // ---- the event at hand

  void begin(long nowMillis) {
    now = nowMillis;
    actions.clear();
  }

  List<JobAction> decided() {
    return List.copyOf(actions);
  }

  void act(JobAction action) {
    actions.add(action);
  }

  /** Moves on; an empty text is no detail. */
  void enter(Phase next, JobStatus nextStatus, String text) {
    phase = next;
    Optional<String> nextDetail = text.isEmpty() ? Optional.empty() : Optional.of(text);
    if (nextStatus != status || !nextDetail.equals(detail)) {
      status = nextStatus;
      detail = nextDetail;
      act(new JobAction.StatusChanged(status, detail));
    }
  }

  void requirePhase(Phase expected, JobEvent event) {
    if (phase != expected) {
      throw new IllegalStateException(event + " in phase " + phase);
    }
  }

  void record(
      TaskFailure failure,
      Optional<SubtaskId> subtask,
      Optional<TaskManagerId> taskManager,
      boolean root) {
    failures.add(
        new FailureEntry(now, failure.summary(), failure.stackTrace(), subtask, taskManager, root));
  }

  // ---- the execution under way

  /** The current execution, if the attempt is of it and runs on that TaskManager (CC4, S3). */
  Optional<RunningExecution> execution(AttemptId attempt, TaskManagerId from) {
    return current.filter(execution -> execution.attempts().find(attempt, from).isPresent());
  }

  /** The execution under way; empty also while it is being stopped. */
  Optional<RunningExecution> running() {
    return current.filter(execution -> phase == Phase.RUNNING);
  }

  String interruptedStop(String cause) {
    String directory = stoppedWith.orElseThrow().directory();
    return "The job was being stopped with savepoint "
        + directory
        + " when "
        + cause
        + ". The savepoint is complete, but not all of its results may be committed: start the job"
        + " from it to commit them";
  }

  JobTimer restartTimer() {
    return new JobTimer(JobTimer.Kind.RESTART, number);
  }

  JobTimer patienceTimer() {
    return new JobTimer(JobTimer.Kind.SLOT_PATIENCE, number);
  }

  JobTimer finalTimer() {
    return new JobTimer(JobTimer.Kind.FINAL_CHECKPOINT, number);
  }

  // ---- what the coordinator decides

  CheckpointId reserveCheckpoint() {
    CheckpointId id = new CheckpointId(counters.nextCheckpoint());
    counters = new JobCounters(id.value() + 1, counters.nextExecution());
    act(new JobAction.StoreCounters(counters));
    return id;
  }

  void onCoordinatorFailure(String why) {
    coordinatorFailure = Optional.of(why);
  }

  void onLastCheckpoint(CheckpointMetadata metadata) {
    lastCompleted = true;
    if (metadata.savepoint()) {
      stoppedWith = Optional.of(metadata.retained());
    }
  }

  /** Why the coordinator wants the job to fail over; once. */
  Optional<String> takeCoordinatorFailure() {
    Optional<String> why = coordinatorFailure;
    coordinatorFailure = Optional.empty();
    return why;
  }

  /** Whether the last checkpoint has completed; once. */
  boolean takeLastCompleted() {
    boolean completed = lastCompleted;
    lastCompleted = false;
    return completed;
  }
}

package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.checkpoint.CheckpointRequest;
import io.millrace.runtime.checkpoint.RestoreException;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.checkpoint.UnreadableCheckpoint;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.FailureKind;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The life of one job, from its first slot to its last: deployment, failover, checkpoints, sources,
 * stop and cancel. A pure state machine: {@link #on} takes what happened and the time, and returns
 * what is to be done. Owned by the job's thread.
 */
public final class JobMachine {
  /** Where the job is; each event is judged by it. */
  public enum Phase {
    CREATED,
    WAITING_FOR_SLOTS,
    /** The number of the next execution is being stored (invariant CC1). */
    PREPARING,
    DEPLOYING,
    RUNNING,
    /** Everything is committed or nothing needs to be; subtasks are told to finish. */
    FINISHING,
    /** Subtasks are cancelled (invariant FO2); the outcome says what follows. */
    STOPPING,
    BACKOFF,
    ENDED
  }

  /** What follows when all subtasks have stopped; a later entry replaces an earlier one. */
  private enum Outcome {
    RESTART,
    CANCELED,
    FAILED
  }

  private final JobMachineSettings settings;
  private final JobGraph graph;
  private final CheckpointCoordinator checkpoints;
  private final RestartBackoff backoff;
  private final FailureHistory failures = new FailureHistory();
  private final TreeSet<TaskManagerId> used = new TreeSet<>();
  private final RequestBook requests = new RequestBook(this::act);
  private final List<JobAction> actions = new ArrayList<>();
  private long now;
  private Phase phase = Phase.CREATED;
  private Outcome outcome = Outcome.RESTART;
  private JobStatus status = JobStatus.CREATED;
  private Optional<String> detail = Optional.empty();
  private JobCounters counters = JobCounters.INITIAL;
  private List<SlotOffer> slots = List.of();
  private boolean patienceOver;

  /** Number of the latest execution; -1 before the first. */
  private int number = -1;

  private Optional<RunningExecution> current = Optional.empty();
  private Optional<JobEvent.StopRequested> stop = Optional.empty();

  /** The savepoint the job was stopped with: from then on only a new job may start from it. */
  private Optional<RetainedCheckpoint> stoppedWith = Optional.empty();

  /** The last checkpoint has been requested in this execution. */
  private boolean lastRequested;

  private int restarts = -1;
  private long restartAtMillis;
  private Optional<CheckpointId> restoredFrom = Optional.empty();

  /** Decided by the coordinator in mid-event; carried out at the event's end. */
  private Optional<String> coordinatorFailure = Optional.empty();

  private boolean lastCompleted;

  public JobMachine(JobMachineSettings settings) {
    this.settings = settings;
    this.graph = settings.graph();
    this.backoff = new RestartBackoff(graph.restarts(), settings.jitter());
    this.checkpoints = new CheckpointCoordinator(job(), graph, new MachineEffects(this));
  }

  /**
   * Something has happened.
   *
   * @param nowMillis since the epoch, never less than before
   * @return what is to be done, in this order
   */
  public List<JobAction> on(JobEvent event, long nowMillis) {
    now = nowMillis;
    actions.clear();
    if (phase == Phase.ENDED) {
      afterTheEnd(event);
    } else {
      dispatch(event);
      afterEvent();
    }
    return List.copyOf(actions);
  }

  private void dispatch(JobEvent event) {
    if (event instanceof JobEvent.FromTaskManager message) {
      fromTaskManager(message.taskManager(), message.message());
    } else if (event instanceof JobEvent.FromEnumerator message) {
      fromEnumerator(message);
    } else if (event instanceof JobEvent.TimerFired fired) {
      onTimer(fired.timer());
    } else if (event instanceof JobEvent.MetadataWritten written) {
      checkpoints.onMetadataWritten(written.checkpoint(), now);
    } else if (event instanceof JobEvent.MetadataFailed failed) {
      checkpoints.onMetadataFailed(failed.checkpoint(), failed.cause(), now);
    } else if (event instanceof JobEvent.PointerWritten written) {
      checkpoints.onPointerWritten(written.checkpoint(), now);
    } else if (event instanceof JobEvent.PointerFailed failed) {
      checkpoints.onPointerFailed(failed.checkpoint(), failed.cause(), now);
    } else if (event instanceof JobEvent.PointerUnknown unknown) {
      checkpoints.onPointerUnknown(unknown.checkpoint());
    } else if (event instanceof JobEvent.CountersStored stored) {
      onCountersStored(stored.counters());
    } else if (event instanceof JobEvent.CountersFailed failed) {
      onCountersFailed(failed.counters(), failed.cause());
    } else if (event instanceof JobEvent.SlotsChanged changed) {
      onSlotsChanged(changed.slots());
    } else if (event instanceof JobEvent.TaskManagerLost lost) {
      onTaskManagerLost(lost.taskManager(), lost.reason());
    } else if (event instanceof JobEvent.CancelRequested cancel) {
      requests.openCancel(cancel.requestId());
      cancel();
    } else if (event instanceof JobEvent.SavepointRequested savepoint) {
      requests.open(savepoint.requestId());
      checkpoints.request(
          CheckpointRequest.savepoint(
              CheckpointKind.SAVEPOINT, savepoint.requestId(), savepoint.directory()),
          now);
    } else if (event instanceof JobEvent.StopRequested request) {
      requests.open(request.requestId());
      onStopRequested(request);
    } else if (event instanceof JobEvent.JobStarted started) {
      onStarted(started);
    } else if (event instanceof JobEvent.RecoveryFailed failed) {
      requirePhase(Phase.CREATED, event);
      record(failed.cause(), Optional.empty(), Optional.empty(), true);
      end(JobStatus.FAILED, Optional.of(failed.cause().summary()), false); // HA4
    } else {
      throw new IllegalStateException("Unknown event " + event);
    }
  }

  private void afterEvent() {
    if (coordinatorFailure.isPresent()) {
      String why = coordinatorFailure.get();
      coordinatorFailure = Optional.empty();
      fail(new TaskFailure(why, ""), Optional.empty(), Optional.empty(), false);
    }
    if (lastCompleted) {
      lastCompleted = false;
      onLastCheckpointCompleted();
    }
    if (phase == Phase.STOPPING) {
      afterStopping();
    }
  }

  /** Nothing is left to be done for the job, but requests want answers and zombies an end. */
  private void afterTheEnd(JobEvent event) {
    if (event instanceof JobEvent.CancelRequested cancel) {
      requests.openCancel(cancel.requestId());
      requests.closeAll("");
    } else if (event instanceof JobEvent.SavepointRequested savepoint) {
      requests.open(savepoint.requestId());
      requests.closeAll("the job is " + status);
    } else if (event instanceof JobEvent.StopRequested request) {
      requests.open(request.requestId());
      requests.closeAll("the job is " + status);
    } else if (event instanceof JobEvent.FromTaskManager message
        && message.message() instanceof ToJobManager.Register register) {
      cancelZombies(register);
    }
  }

  // ---- start and deployment

  private void onStarted(JobEvent.JobStarted started) {
    requirePhase(Phase.CREATED, started);
    slots = started.slots();
    counters = started.counters();
    number = counters.nextExecution() - 1;
    checkpoints.recover(started.retained(), started.restore());
    List<RetainedCheckpoint> retained = started.retained();
    if (!retained.isEmpty() && retained.get(retained.size() - 1).savepoint()) {
      stoppedWith = Optional.of(retained.get(retained.size() - 1));
      endFailed(new TaskFailure(interruptedStop("the JobManager was lost"), ""));
      return;
    }
    seekSlots();
  }

  private void onSlotsChanged(List<SlotOffer> offers) {
    slots = offers;
    if (phase == Phase.WAITING_FOR_SLOTS) {
      seekSlots();
    }
  }

  /** Deploys if slots are there, else says that it waits. */
  private void seekSlots() {
    int needed = graph.slotsNeeded();
    int there = slots.stream().mapToInt(SlotOffer::count).sum();
    if (there == 0) {
      patienceOver = false;
      enter(
          Phase.WAITING_FOR_SLOTS,
          JobStatus.WAITING_FOR_SLOTS,
          "no free slot; the job wants " + needed + ": start a TaskManager or end another job");
    } else if (there < needed && !patienceOver && !settings.slotPatience().isZero()) {
      enter(
          Phase.WAITING_FOR_SLOTS,
          JobStatus.WAITING_FOR_SLOTS,
          there + " of " + needed + " slots are there; waits a moment for more");
      act(new JobAction.StartTimer(patienceTimer(), settings.slotPatience()));
    } else {
      prepare();
    }
  }

  private void prepare() {
    patienceOver = false;
    act(new JobAction.CancelTimer(patienceTimer()));
    number = counters.nextExecution();
    counters = new JobCounters(counters.nextCheckpoint(), number + 1);
    enter(Phase.PREPARING, JobStatus.DEPLOYING, "");
    act(new JobAction.UseSlots(new DeploymentPlanner(job(), graph, number, slots).slotsTaken()));
    act(new JobAction.StoreCounters(counters));
  }

  private void onCountersStored(JobCounters stored) {
    checkpoints.onCounterStored(stored.nextCheckpoint());
    if (phase == Phase.PREPARING && stored.nextExecution() > number) {
      if (slots.stream().mapToInt(SlotOffer::count).sum() == 0) {
        seekSlots();
      } else {
        deploy();
      }
    }
  }

  private void onCountersFailed(JobCounters wanted, String cause) {
    checkpoints.onCounterFailed(wanted.nextCheckpoint(), cause, now);
    if (phase == Phase.PREPARING && wanted.nextExecution() > number) {
      fail(
          new TaskFailure("The number of the execution could not be stored: " + cause, ""),
          Optional.empty(),
          Optional.empty(),
          false);
    }
  }

  private void deploy() {
    StateAssignment state;
    try {
      state =
          checkpoints
              .latest()
              .map(from -> StateAssignment.of(graph, from, settings.allowDroppedState()))
              .orElseGet(StateAssignment::none);
    } catch (RestoreException e) {
      endFailed(new TaskFailure(e.getMessage(), ""));
      return;
    }
    DeploymentPlanner plan = new DeploymentPlanner(job(), graph, number, slots);
    RunningExecution execution = new RunningExecution(number, plan, this::act);
    current = Optional.of(execution);
    restarts++;
    lastRequested = false;
    restoredFrom = checkpoints.latest().map(CheckpointMetadata::id);
    enter(
        Phase.DEPLOYING,
        JobStatus.DEPLOYING,
        plan.isReduced()
            ? "runs with "
                + plan.slots()
                + " slots instead of "
                + graph.slotsNeeded()
                + ", which lowers the parallelism; start more TaskManagers for full speed after"
                + " the next restart"
            : "");
    act(new JobAction.UseSlots(plan.slotsTaken()));
    execution.sources().open(state);
    for (TaskDeployment deployment : plan.deployments(state, restoredFrom)) {
      execution.deploy(deployment);
    }
    TreeSet<TaskManagerId> left = new TreeSet<>(used);
    left.removeAll(execution.taskManagers());
    left.forEach(this::release);
    used.clear();
    used.addAll(execution.taskManagers());
  }

  // ---- what TaskManagers say

  private void fromTaskManager(TaskManagerId from, ToJobManager message) {
    if (message instanceof ToJobManager.TaskStateChanged changed) {
      onTaskState(from, changed);
    } else if (message instanceof ToJobManager.AckCheckpoint ack) {
      checkpoints.onAck(ack.attempt(), ack.checkpoint(), ack.state());
    } else if (message instanceof ToJobManager.DeclineCheckpoint decline) {
      checkpoints.onDecline(decline.attempt(), decline.checkpoint(), decline.reason(), now);
    } else if (message instanceof ToJobManager.ReaderOpened opened) {
      execution(opened.attempt(), from)
          .ifPresent(execution -> execution.sources().onReaderOpened(opened.attempt()));
    } else if (message instanceof ToJobManager.SplitRequested request) {
      execution(request.attempt(), from)
          .ifPresent(execution -> execution.sources().onSplitRequested(request.attempt()));
    } else if (message instanceof ToJobManager.SplitsReceived received) {
      execution(received.attempt(), from)
          .ifPresent(
              execution -> {
                execution.sources().onReceived(received.attempt(), received.sequence());
                checkpoints.onReaderCaughtUp();
              });
    } else if (message instanceof ToJobManager.Register register) {
      onReconnected(register);
    }
  }

  /** The current execution, if the attempt is of it and runs on that TaskManager (CC4, S3). */
  private Optional<RunningExecution> execution(AttemptId attempt, TaskManagerId from) {
    return current.filter(execution -> execution.attempts().find(attempt, from).isPresent());
  }

  private void onTaskState(TaskManagerId from, ToJobManager.TaskStateChanged changed) {
    RunningExecution execution = execution(changed.attempt(), from).orElse(null);
    if (execution == null || !execution.attempts().update(changed.attempt(), changed.state())) {
      return;
    }
    if (phase == Phase.STOPPING) {
      changed
          .failure()
          .ifPresent(
              failure ->
                  record(
                      failure, Optional.of(changed.attempt().subtask()), Optional.of(from), false));
      return;
    }
    switch (changed.state()) {
      case DEPLOYING -> {}
      case RUNNING, END_OF_DATA -> onProgress(execution);
      case FINISHED -> {
        if (phase != Phase.FINISHING) {
          failTask(changed.attempt(), from, "it ended without being told to");
        } else if (execution.attempts().all(state -> state == TaskState.FINISHED)) {
          onFinished();
        }
      }
      case CANCELED -> failTask(changed.attempt(), from, "its TaskManager cancelled it");
      case FAILED -> {
        Optional<SubtaskId> subtask = Optional.of(changed.attempt().subtask());
        TaskFailure failure =
            changed
                .failure()
                .orElse(new TaskFailure("Subtask " + changed.attempt() + " failed", ""));
        fail(failure, subtask, Optional.of(from), false);
      }
    }
  }

  private void onProgress(RunningExecution execution) {
    if (phase == Phase.DEPLOYING && execution.attempts().allStarted()) {
      enter(Phase.RUNNING, JobStatus.RUNNING, detail.orElse(""));
      backoff.onRunning(now);
      checkpoints.start(execution.participants(), now);
    }
    if (phase == Phase.RUNNING
        && !lastRequested
        && execution.attempts().all(state -> state == TaskState.END_OF_DATA)) {
      onEndOfData(execution);
    }
  }

  /** All input was processed and flushed: what it led to is committed before the job ends. */
  private void onEndOfData(RunningExecution execution) {
    lastRequested = true;
    if (stop.isPresent()) {
      checkpoints.request(
          CheckpointRequest.savepoint(
              CheckpointKind.STOP_SAVEPOINT, stop.get().requestId(), stop.get().directory()),
          now);
    } else if (graph.hasTransactionalSink() || graph.checkpoints().interval().isPresent()) {
      checkpoints.request(CheckpointRequest.FINAL, now); // CC13
    } else {
      checkpoints.stop("the job is finishing", now);
      finish(execution);
    }
  }

  private void onLastCheckpointCompleted() {
    if (phase == Phase.RUNNING) {
      current.ifPresent(this::finish);
    } else if (stoppedWith.isPresent()) {
      // The pointer was written while a failure was being handled: see interruptedStop.
      outcome = outcome == Outcome.CANCELED ? Outcome.CANCELED : Outcome.FAILED;
      stop.ifPresent(s -> requests.fail(s.requestId(), interruptedStop("a subtask failed")));
    }
  }

  private void finish(RunningExecution execution) {
    enter(Phase.FINISHING, status, detail.orElse(""));
    execution.sendToAll(ToTaskManager.Finish::new);
  }

  private void onFinished() {
    stop.ifPresent(
        request ->
            stoppedWith.ifPresent(
                savepoint -> requests.succeed(request.requestId(), savepoint.directory())));
    end(JobStatus.FINISHED, Optional.empty(), true);
  }

  /**
   * A TaskManager's connection is a new one: whether it has missed something can't be known, so its
   * attempts have failed (invariants FC14, SL2).
   */
  private void onReconnected(ToJobManager.Register register) {
    cancelZombies(register);
    RunningExecution execution = current.orElse(null);
    if (execution == null) {
      return;
    }
    TaskManagerId from = register.taskManager();
    boolean concerned =
        execution.attempts().attempts().stream()
            .anyMatch(placed -> placed.taskManager().equals(from) && !placed.state().isTerminal());
    execution.attempts().loseAllBut(from, register.running());
    if (concerned && phase != Phase.STOPPING) {
      String why = "TaskManager " + from + " has reconnected: what it was told meanwhile is lost";
      fail(new TaskFailure(why, ""), Optional.empty(), Optional.of(from), false);
    } else if (concerned) {
      execution.cancelOn(from);
    }
  }

  /** Attempts that run there, but are no part of the current execution. */
  private void cancelZombies(ToJobManager.Register register) {
    for (AttemptId attempt : register.running()) {
      if (attempt.job().equals(job())
          && (phase == Phase.ENDED || execution(attempt, register.taskManager()).isEmpty())) {
        act(new JobAction.Send(register.taskManager(), new ToTaskManager.Cancel(attempt)));
      }
    }
  }

  private void onTaskManagerLost(TaskManagerId lost, String reason) {
    slots = slots.stream().filter(offer -> !offer.taskManager().equals(lost)).toList();
    List<AttemptId> attempts =
        current.map(execution -> execution.attempts().lose(lost)).orElse(List.of());
    used.remove(lost);
    if (attempts.isEmpty()) {
      return;
    }
    String why =
        "TaskManager " + lost + " was lost with " + attempts.size() + " subtasks: " + reason;
    fail(new TaskFailure(why, ""), Optional.empty(), Optional.of(lost), false);
  }

  // ---- what enumerators say

  private void fromEnumerator(JobEvent.FromEnumerator event) {
    RunningExecution execution =
        current
            .filter(running -> running.number() == event.execution())
            .filter(running -> running.sources().tracker(event.vertex()).isPresent())
            .orElse(null);
    if (execution == null) {
      return;
    }
    if (event instanceof JobEvent.EnumeratorSnapshot snapshot) {
      if (checkpoints.expectsEnumerator(event.vertex(), snapshot.checkpoint())) { // CC5
        EnumeratorState state =
            execution.sources().onSnapshot(event.vertex(), snapshot.checkpoint(), snapshot.state());
        checkpoints.onEnumeratorSnapshot(event.vertex(), snapshot.checkpoint(), state);
      }
    } else if (event instanceof JobEvent.EnumeratorFailed failed) { // S5
      fail(failed.cause(), Optional.empty(), Optional.empty(), false);
    } else {
      execution
          .sources()
          .onEnumerator(event)
          .ifPresent(
              why ->
                  fail(
                      new TaskFailure(graph.vertices().get(event.vertex()).name() + ": " + why, ""),
                      Optional.empty(),
                      Optional.empty(),
                      false));
    }
  }

  // ---- timers and requests

  private void onTimer(JobTimer timer) {
    switch (timer.kind()) {
      case RESTART -> {
        if (phase == Phase.BACKOFF && timer.id() == number) {
          seekSlots();
        }
      }
      case SLOT_PATIENCE -> {
        if (phase == Phase.WAITING_FOR_SLOTS && timer.id() == number) {
          patienceOver = true;
          seekSlots();
        }
      }
      case CHECKPOINT_DUE -> checkpoints.onDue(now);
      case CHECKPOINT_TIMEOUT -> checkpoints.onTimeout(new CheckpointId(timer.id()), now);
      case POINTER_RETRY -> checkpoints.onPointerRetry(new CheckpointId(timer.id()));
      case FINAL_CHECKPOINT -> {
        if (phase == Phase.RUNNING && lastRequested && timer.id() == number) {
          checkpoints.request(CheckpointRequest.FINAL, now);
        }
      }
    }
  }

  private void onStopRequested(JobEvent.StopRequested request) {
    if (phase != Phase.RUNNING || lastRequested || stop.isPresent()) {
      String why =
          stop.isPresent() && phase == Phase.RUNNING
              ? "the job is being stopped already"
              : phase == Phase.RUNNING || phase == Phase.FINISHING
                  ? "the job is finishing"
                  : "the job is " + status + "; try again when it is RUNNING";
      requests.fail(request.requestId(), why);
      return;
    }
    stop = Optional.of(request);
    RunningExecution execution = current.orElseThrow();
    execution.sendToSources(attempt -> new ToTaskManager.StopSource(attempt, request.drain()));
    onProgress(execution);
  }

  private void cancel() {
    switch (phase) {
      case CREATED, WAITING_FOR_SLOTS, PREPARING, BACKOFF ->
          end(JobStatus.CANCELED, Optional.empty(), true);
      case DEPLOYING, RUNNING, FINISHING -> stopExecution(Outcome.CANCELED, "the job is cancelled");
      case STOPPING -> {
        if (outcome == Outcome.RESTART) { // FO4: joins the restart under way
          outcome = Outcome.CANCELED;
          enter(Phase.STOPPING, JobStatus.CANCELLING, "");
        }
      }
      case ENDED -> throw new IllegalStateException("handled before");
    }
  }

  // ---- failure and end

  private void failTask(AttemptId attempt, TaskManagerId on, String why) {
    TaskFailure failure =
        new TaskFailure(
            graph.vertices().get(attempt.subtask().vertex()).name() + " (" + attempt + "): " + why,
            "");
    fail(failure, Optional.of(attempt.subtask()), Optional.of(on), false);
  }

  /** The first failure starts a failover, later ones join it (invariant FO4). */
  private void fail(
      TaskFailure failure,
      Optional<SubtaskId> subtask,
      Optional<TaskManagerId> taskManager,
      boolean forGood) {
    if (phase == Phase.STOPPING) {
      record(failure, subtask, taskManager, false);
      return;
    }
    TaskFailure cause = failure.kind() == FailureKind.UNREADABLE_STATE ? advise(failure) : failure;
    record(cause, subtask, taskManager, true);
    Optional<Duration> delay =
        forGood || cause.isPermanent() ? Optional.empty() : backoff.onFailure(now);
    boolean committed = stoppedWith.isPresent();
    Outcome next = delay.isEmpty() || committed ? Outcome.FAILED : Outcome.RESTART;
    restartAtMillis = now + delay.orElse(Duration.ZERO).toMillis();
    if (committed) {
      stop.ifPresent(s -> requests.fail(s.requestId(), interruptedStop(cause.summary())));
    }
    stopExecution(next, cause.summary());
  }

  /** HA4: what the job was restored from is given up by the user, never by the engine. */
  private TaskFailure advise(TaskFailure unreadable) {
    String directory = checkpoints.latest().map(CheckpointMetadata::directory).orElse("");
    return new TaskFailure(
        unreadable.summary()
            + ". "
            + UnreadableCheckpoint.remedy(checkpoints.retained(), directory),
        unreadable.stackTrace(),
        unreadable.kind());
  }

  /** Cancels what runs; {@link #afterStopping} goes on when all of it has ended. */
  private void stopExecution(Outcome next, String why) {
    outcome = next;
    enter(
        Phase.STOPPING,
        next == Outcome.RESTART ? JobStatus.RESTARTING : JobStatus.CANCELLING,
        next == Outcome.CANCELED ? "" : why);
    act(new JobAction.CancelTimer(finalTimer()));
    checkpoints.stop(why, now);
    if (!lastRequested) { // else the savepoint's outcome answers
      stop.ifPresent(request -> requests.fail(request.requestId(), why));
    }
    current.ifPresent(
        execution -> {
          execution.sources().close();
          execution.cancelAll();
        });
  }

  private void afterStopping() {
    if (!current.map(execution -> execution.attempts().allEnded()).orElse(true)) { // FO2
      return;
    }
    if (outcome != Outcome.CANCELED && !checkpoints.isSettled()) {
      return; // CC6: what to restart from, or to keep, is not known yet
    }
    switch (outcome) {
      case RESTART -> {
        current = Optional.empty();
        stop = Optional.empty();
        enter(Phase.BACKOFF, JobStatus.RESTARTING, detail.orElse(""));
        act(new JobAction.UseSlots(List.of()));
        act(
            new JobAction.StartTimer(
                new JobTimer(JobTimer.Kind.RESTART, number),
                Duration.ofMillis(Math.max(0, restartAtMillis - now))));
      }
      case CANCELED -> end(JobStatus.CANCELED, Optional.empty(), true);
      case FAILED ->
          end(JobStatus.FAILED, failures.lastRootCause().map(FailureEntry::summary), true);
    }
  }

  private void endFailed(TaskFailure cause) {
    record(cause, Optional.empty(), Optional.empty(), true);
    end(JobStatus.FAILED, Optional.of(cause.summary()), true);
  }

  /**
   * The terminal status comes before any deletion: recovered in between, the job must not start
   * anew.
   */
  private void end(JobStatus last, Optional<String> why, boolean sweep) {
    act(new JobAction.CancelTimer(new JobTimer(JobTimer.Kind.RESTART, number)));
    act(new JobAction.CancelTimer(patienceTimer()));
    enter(Phase.ENDED, last, why.orElse(""));
    act(new JobAction.UseSlots(List.of()));
    used.forEach(this::release);
    if (sweep) {
      boolean keep = last == JobStatus.FAILED; // to start from again
      act(new JobAction.SweepFiles(keep ? checkpoints.retained() : List.of()));
    }
    requests.closeAll("the job is " + last + why.map(text -> ": " + text).orElse(""));
  }

  private String interruptedStop(String cause) {
    String directory = stoppedWith.orElseThrow().directory();
    return "The job was being stopped with savepoint "
        + directory
        + " when "
        + cause
        + ". The savepoint is complete, but not all of its results may be committed: start the job"
        + " from it to commit them";
  }

  private void record(
      TaskFailure failure,
      Optional<SubtaskId> subtask,
      Optional<TaskManagerId> taskManager,
      boolean root) {
    failures.add(
        new FailureEntry(now, failure.summary(), failure.stackTrace(), subtask, taskManager, root));
  }

  private void enter(Phase next, JobStatus nextStatus, String text) {
    phase = next;
    Optional<String> nextDetail = text.isEmpty() ? Optional.empty() : Optional.of(text);
    if (nextStatus != status || !nextDetail.equals(detail)) {
      status = nextStatus;
      detail = nextDetail;
      act(new JobAction.StatusChanged(status, detail));
    }
  }

  private void requirePhase(Phase expected, JobEvent event) {
    if (phase != expected) {
      throw new IllegalStateException(event + " in phase " + phase);
    }
  }

  private JobTimer patienceTimer() {
    return new JobTimer(JobTimer.Kind.SLOT_PATIENCE, number);
  }

  private JobTimer finalTimer() {
    return new JobTimer(JobTimer.Kind.FINAL_CHECKPOINT, number);
  }

  private void release(TaskManagerId taskManager) {
    act(new JobAction.Send(taskManager, new ToTaskManager.ReleaseJob(job())));
  }

  // ---- for MachineEffects

  void act(JobAction action) {
    actions.add(action);
  }

  JobId job() {
    return settings.job();
  }

  RequestBook requests() {
    return requests;
  }

  CheckpointId reserveCheckpoint() {
    CheckpointId id = new CheckpointId(counters.nextCheckpoint());
    counters = new JobCounters(id.value() + 1, counters.nextExecution());
    act(new JobAction.StoreCounters(counters));
    return id;
  }

  /** The execution under way; empty also while it is being stopped. */
  Optional<RunningExecution> running() {
    return current.filter(execution -> phase == Phase.RUNNING);
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

  void retryFinalCheckpoint(Duration delay) {
    act(new JobAction.StartTimer(finalTimer(), delay));
  }

  // ---- views; for the job's thread

  public Phase phase() {
    return phase;
  }

  public JobStatus status() {
    return status;
  }

  /** Why it has this status, or what it waits for. */
  public Optional<String> detail() {
    return detail;
  }

  /** How often it was deployed again since this JobManager took it. */
  public int restarts() {
    return Math.max(0, restarts);
  }

  /** The subtasks of the execution under way, by vertex and subtask; empty if there is none. */
  public List<ExecutionState.Placed> attempts() {
    return current.map(execution -> execution.attempts().attempts()).orElse(List.of());
  }

  /** Newest first, a bounded number. */
  public List<FailureEntry> failures() {
    return failures.newestFirst();
  }

  /** The checkpoint the latest execution started from. */
  public Optional<CheckpointId> restoredFrom() {
    return restoredFrom;
  }

  /** To be read only. */
  public CheckpointCoordinator checkpoints() {
    return checkpoints;
  }

  /** To be read only: what readers were assigned, by vertex. */
  public Optional<SplitTracker> splits(int vertex) {
    return current.flatMap(execution -> execution.sources().tracker(vertex));
  }
}

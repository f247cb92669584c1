package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.RestoreException;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.scheduler.JobMachine.Phase;
import java.util.List;
import java.util.Optional;

/**
 * The way to an execution: looks for slots, has its number stored, and deploys its subtasks with
 * the state of the latest checkpoint. Owned by the job's thread.
 */
final class JobDeployment {
  private final JobState state;
  private final JobFailover failover;
  private List<SlotOffer> slots = List.of();
  private boolean patienceOver;
  private int restarts = -1;
  private Optional<CheckpointId> restoredFrom = Optional.empty();

  JobDeployment(JobState state, JobFailover failover) {
    this.state = state;
    this.failover = failover;
  }

  void onStarted(JobEvent.JobStarted started) {
    state.requirePhase(Phase.CREATED, started);
    slots = started.slots();
    state.counters = started.counters();
    state.number = state.counters.nextExecution() - 1;
    state.checkpoints.recover(started.retained(), started.restore());
    List<RetainedCheckpoint> retained = started.retained();
    if (!retained.isEmpty() && retained.get(retained.size() - 1).savepoint()) {
      state.stoppedWith = Optional.of(retained.get(retained.size() - 1));
      failover.endFailed(new TaskFailure(state.interruptedStop("the JobManager was lost"), ""));
      return;
    }
    seekSlots();
  }

  void onSlotsChanged(List<SlotOffer> offers) {
    slots = offers;
    if (state.phase() == Phase.WAITING_FOR_SLOTS) {
      seekSlots();
    }
  }

  void onTaskManagerLost(TaskManagerId lost) {
    slots = slots.stream().filter(offer -> !offer.taskManager().equals(lost)).toList();
  }

  /** The restart's delay after the execution of this number is over. */
  void onRestartDue(long execution) {
    if (state.phase() == Phase.BACKOFF && execution == state.number) {
      seekSlots();
    }
  }

  void onPatienceOver(long execution) {
    if (state.phase() == Phase.WAITING_FOR_SLOTS && execution == state.number) {
      patienceOver = true;
      seekSlots();
    }
  }

  /** Deploys if slots are there, else says that it waits. */
  private void seekSlots() {
    int needed = state.graph.slotsNeeded();
    int there = slotsThere();
    if (there == 0) {
      patienceOver = false;
      state.enter(
          Phase.WAITING_FOR_SLOTS,
          JobStatus.WAITING_FOR_SLOTS,
          "no free slot; the job wants " + needed + ": start a TaskManager or end another job");
    } else if (there < needed && !patienceOver && !state.settings.slotPatience().isZero()) {
      state.enter(
          Phase.WAITING_FOR_SLOTS,
          JobStatus.WAITING_FOR_SLOTS,
          there + " of " + needed + " slots are there; waits a moment for more");
      state.act(new JobAction.StartTimer(state.patienceTimer(), state.settings.slotPatience()));
    } else {
      prepare();
    }
  }

  private int slotsThere() {
    return slots.stream().mapToInt(SlotOffer::count).sum();
  }

  private void prepare() {
    patienceOver = false;
    state.act(new JobAction.CancelTimer(state.patienceTimer()));
    state.number = state.counters.nextExecution();
    state.counters = new JobCounters(state.counters.nextCheckpoint(), state.number + 1);
    state.enter(Phase.PREPARING, JobStatus.DEPLOYING, "");
    state.act(new JobAction.UseSlots(plan().slotsTaken()));
    state.act(new JobAction.StoreCounters(state.counters));
  }

  private DeploymentPlanner plan() {
    return new DeploymentPlanner(state.job(), state.graph, state.number, slots);
  }

  void onCountersStored(JobCounters stored) {
    state.checkpoints.onCounterStored(stored.nextCheckpoint());
    if (state.phase() == Phase.PREPARING && stored.nextExecution() > state.number) {
      if (slotsThere() == 0) {
        seekSlots();
      } else {
        deploy();
      }
    }
  }

  void onCountersFailed(JobCounters wanted, String cause) {
    state.checkpoints.onCounterFailed(wanted.nextCheckpoint(), cause, state.now());
    if (state.phase() == Phase.PREPARING && wanted.nextExecution() > state.number) {
      failover.fail(
          new TaskFailure("The number of the execution could not be stored: " + cause, ""));
    }
  }

  private void deploy() {
    StateAssignment restored;
    try {
      restored =
          state
              .checkpoints
              .latest()
              .map(
                  from -> StateAssignment.of(state.graph, from, state.settings.allowDroppedState()))
              .orElseGet(StateAssignment::none);
    } catch (RestoreException e) {
      failover.endFailed(new TaskFailure(e.getMessage(), ""));
      return;
    }
    DeploymentPlanner plan = plan();
    RunningExecution execution = new RunningExecution(state.number, plan, state::act);
    state.current = Optional.of(execution);
    restarts++;
    state.lastRequested = false;
    restoredFrom = state.checkpoints.latest().map(CheckpointMetadata::id);
    state.enter(
        Phase.DEPLOYING,
        JobStatus.DEPLOYING,
        plan.isReduced()
            ? "runs with "
                + plan.slots()
                + " slots instead of "
                + state.graph.slotsNeeded()
                + ", which lowers the parallelism; start more TaskManagers for full speed after"
                + " the next restart"
            : "");
    state.act(new JobAction.UseSlots(plan.slotsTaken()));
    execution.sources().open(restored);
    for (TaskDeployment deployment : plan.deployments(restored, restoredFrom)) {
      execution.deploy(deployment);
    }
    state.used.use(execution.taskManagers());
  }

  /** How often it was deployed again since this JobManager took it. */
  int restarts() {
    return Math.max(0, restarts);
  }

  /** The checkpoint the latest execution started from. */
  Optional<CheckpointId> restoredFrom() {
    return restoredFrom;
  }
}

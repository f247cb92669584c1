package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointParticipants;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToTaskManager;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** One execution of a job: its attempts and its sources. Owned by the job's thread. */
final class RunningExecution {
  private final int number;
  private final DeploymentPlanner plan;
  private final ExecutionState attempts;
  private final SourceCoordination sources;
  private final Consumer<JobAction> act;

  RunningExecution(int number, DeploymentPlanner plan, Consumer<JobAction> act) {
    this.number = number;
    this.plan = plan;
    this.act = act;
    this.attempts = new ExecutionState();
    this.sources = new SourceCoordination(number, plan, this::send, act);
  }

  int number() {
    return number;
  }

  ExecutionState attempts() {
    return attempts;
  }

  SourceCoordination sources() {
    return sources;
  }

  void deploy(TaskDeployment deployment) {
    AttemptId attempt = deployment.attempt();
    attempts.add(attempt, plan.slotOf(attempt.subtask()).taskManager());
    send(attempt, new ToTaskManager.Deploy(deployment));
  }

  CheckpointParticipants participants() {
    TreeSet<AttemptId> all = new TreeSet<>();
    attempts.attempts().forEach(placed -> all.add(placed.attempt()));
    return new CheckpointParticipants(all, new TreeSet<>(sources.vertices()));
  }

  TreeSet<TaskManagerId> taskManagers() {
    TreeSet<TaskManagerId> all = new TreeSet<>();
    attempts.attempts().forEach(placed -> all.add(placed.taskManager()));
    return all;
  }

  /** To every attempt that has not ended. */
  void sendToAll(Function<AttemptId, ToTaskManager> message) {
    for (ExecutionState.Placed placed : attempts.attempts()) {
      if (!placed.state().isTerminal()) {
        act.accept(new JobAction.Send(placed.taskManager(), message.apply(placed.attempt())));
      }
    }
  }

  /** To every attempt of a source that has not ended. */
  void sendToSources(Function<AttemptId, ToTaskManager> message) {
    for (ExecutionState.Placed placed : attempts.attempts()) {
      if (!placed.state().isTerminal() && plan.isInput(placed.attempt().subtask().vertex())) {
        act.accept(new JobAction.Send(placed.taskManager(), message.apply(placed.attempt())));
      }
    }
  }

  void cancelAll() {
    sendToAll(ToTaskManager.Cancel::new);
  }

  void cancelOn(TaskManagerId taskManager) {
    for (ExecutionState.Placed placed : attempts.attempts()) {
      if (placed.taskManager().equals(taskManager) && !placed.state().isTerminal()) {
        act.accept(new JobAction.Send(taskManager, new ToTaskManager.Cancel(placed.attempt())));
      }
    }
  }

  private void send(AttemptId attempt, ToTaskManager message) {
    attempts
        .find(attempt)
        .ifPresent(placed -> act.accept(new JobAction.Send(placed.taskManager(), message)));
  }
}

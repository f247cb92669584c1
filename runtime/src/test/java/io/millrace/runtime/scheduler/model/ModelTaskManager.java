package io.millrace.runtime.scheduler.model;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.SlotOffer;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A process with slots: alive, killed, or paused and given up by the JobManager. */
final class ModelTaskManager {
  final TaskManagerId id;
  final SlotOffer offer;
  private final ModelCluster cluster;
  private final World.Link toJobManager;
  private final World.Link fromJobManager;
  private final TreeMap<AttemptId, ModelTask> tasks = new TreeMap<>();
  private boolean dead;
  private boolean connected = true;

  /** The JobManager has given it up: it may go on for a while, and is not heard. */
  boolean lost;

  ModelTaskManager(int number, int slots, ModelCluster cluster) {
    this.id = new TaskManagerId(String.format("tm-%03d", number));
    this.offer = new SlotOffer(id, "host", number, slots);
    this.cluster = cluster;
    this.toJobManager = cluster.world.new Link();
    this.fromJobManager = cluster.world.new Link();
  }

  boolean isRunning() {
    return !dead;
  }

  /** Attempts that still run here, of executions from the first to before the second. */
  List<AttemptId> running(int from, int before) {
    return dead
        ? List.of()
        : tasks.values().stream()
            .filter(ModelTask::isAlive)
            .map(task -> task.attempt)
            .filter(attempt -> attempt.attempt() >= from && attempt.attempt() < before)
            .toList();
  }

  void kill() {
    dead = true;
  }

  void tell(ToJobManager message) {
    if (!dead && !lost) {
      toJobManager.send(15, () -> deliver(message));
      if (cluster.faults() && cluster.world.chance(0.01)) {
        toJobManager.send(15, () -> deliver(message));
      }
    }
  }

  private void deliver(ToJobManager message) {
    if (!lost) {
      connected |= message instanceof ToJobManager.Register;
      cluster.fromTaskManager(id, message);
    }
  }

  /** Whether the JobManager can reach it: from the report of its connection on. */
  boolean isConnected() {
    return connected && !lost;
  }

  /** The connection is cut and made anew: what was under way is lost. */
  void reconnect() {
    connected = false;
    toJobManager.breakDown();
    fromJobManager.breakDown();
    List<AttemptId> running =
        tasks.values().stream().filter(ModelTask::isAlive).map(task -> task.attempt).toList();
    tell(new ToJobManager.Register(id, "host", 1, 2, offer.count(), 3, "build", running));
  }

  void receive(ToTaskManager message) {
    if (!isConnected()) {
      return;
    }
    fromJobManager.send(
        15,
        () -> {
          if (!dead) {
            handle(message);
          }
        });
  }

  private void handle(ToTaskManager message) {
    if (message instanceof ToTaskManager.Deploy deploy) {
      ModelTask task = new ModelTask(deploy.deployment(), this, cluster);
      tasks.put(task.attempt, task);
      cluster.world.within(10, task::start);
      return;
    }
    Optional<AttemptId> to = ModelCluster.addressee(message);
    Optional<ModelTask> task = to.map(tasks::get).filter(ModelTask::isAlive);
    if (task.isPresent()) {
      task.get().handle(message);
    } else if (message instanceof ToTaskManager.Cancel cancel) {
      tell(
          new ToJobManager.TaskStateChanged(
              cancel.attempt(), TaskState.CANCELED, Optional.empty()));
    }
  }
}

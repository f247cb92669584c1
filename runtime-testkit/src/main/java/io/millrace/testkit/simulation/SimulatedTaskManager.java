package io.millrace.testkit.simulation;

import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.task.StepHandle;
import io.millrace.runtime.task.SubtaskServices;
import io.millrace.runtime.task.TaskExecutor;
import io.millrace.runtime.task.TaskRunner;
import io.millrace.runtime.task.TaskTuning;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** A TaskManager process: the production task runner over virtual time. */
final class SimulatedTaskManager {
  private final World world;
  private final Simulation simulation;
  private final Machine machine;
  private final TaskManagerId id;
  private final TaskRunner runner;
  private final BiConsumer<SimulatedTaskManager, ToJobManager> jobManager;

  /** On their way to the runner; what is cancelled meanwhile is never handed to it. */
  private final TreeSet<AttemptId> deploying = new TreeSet<>();

  private long lastArrival;
  private boolean connected = true;

  SimulatedTaskManager(
      Simulation simulation,
      TaskManagerId id,
      BiConsumer<SimulatedTaskManager, ToJobManager> jobManager) {
    this.simulation = simulation;
    this.world = simulation.world();
    this.id = id;
    this.jobManager = jobManager;
    this.machine = new Machine(id.value());
    this.runner =
        new TaskRunner(
            new SubtaskServices(
                new Steps(),
                command -> run(world.between(100, 15_000), "io", command::run),
                (time, callback) ->
                    run(Math.max(0, time * 1000 - world.micros()), "timer", callback::run),
                world::millis,
                () -> world.micros() * 1000,
                simulation.store(),
                KeyedBackends.onHeap(),
                message -> jobManager.accept(this, message)),
            new TaskTuning(simulation.batchRecords(), true),
            id,
            new LocalChannels(),
            simulation.channels().of(machine));
  }

  /** Steps one subtask after another, in an order that the seed decides. */
  private final class Steps implements TaskExecutor {
    @Override
    public void enqueue(StepHandle handle) {
      run(world.between(1, simulation.slowestStep()), "step " + handle.name(), handle::run);
    }

    @Override
    public void wakeUpAfter(StepHandle handle, long nanos) {
      run(nanos / 1000, "wake " + handle.name(), handle::wakeUp);
    }

    @Override
    public void forgetWakeUp(StepHandle handle) {
      // An ended subtask does nothing in a step.
    }
  }

  private void run(long delay, String label, World.Action action) {
    world.after(delay, machine, label, () -> simulation.on(machine, action));
  }

  TaskManagerId id() {
    return id;
  }

  Machine machine() {
    return machine;
  }

  boolean isConnected() {
    return connected;
  }

  /** The stream to the JobManager is gone: nothing said on it counts any more. */
  void disconnect() {
    connected = false;
  }

  /** Notices that it was given up: stops everything. */
  void cancelAll() {
    deploying.clear();
    runner.cancelAll();
  }

  /** Attempts that run here. */
  List<AttemptId> running() {
    return runner.running();
  }

  /**
   * From the JobManager, in order; some of what may be said twice comes a second time, much later.
   */
  void receive(ToTaskManager message) {
    long arrival = Math.max(lastArrival, world.micros() + simulation.latency());
    lastArrival = arrival;
    String label = message.getClass().getSimpleName();
    world.after(arrival - world.micros(), machine, label, () -> handle(message));
    if (mayBeDoubled(message) && simulation.doublesMessage()) {
      world.after(
          arrival - world.micros() + world.between(0, 300_000),
          machine,
          label + " again",
          () -> handle(message));
    }
  }

  private static boolean mayBeDoubled(ToTaskManager message) {
    return message instanceof ToTaskManager.TriggerCheckpoint
        || message instanceof ToTaskManager.CheckpointCompleted
        || message instanceof ToTaskManager.CheckpointAborted
        || message instanceof ToTaskManager.Cancel;
  }

  private void handle(ToTaskManager message) throws Exception {
    if (!connected) {
      return;
    }
    if (message instanceof ToTaskManager.Deploy deploy) {
      AttemptId attempt = deploy.deployment().attempt();
      deploying.add(attempt);
      // Class loaders and jars take their time.
      long most = world.chance(0.1) ? 300_000 : 20_000;
      run(world.between(100, most), "deploy " + attempt, () -> deploy(deploy.deployment()));
    } else if (message instanceof ToTaskManager.Cancel cancel
        && deploying.remove(cancel.attempt())) {
      jobManager.accept(
          this,
          new ToJobManager.TaskStateChanged(
              cancel.attempt(), TaskState.CANCELED, Optional.empty()));
    } else if (message instanceof ToTaskManager.ReleaseJob release) {
      runner.releaseJob(release.job());
    } else {
      simulation.on(machine, () -> runner.handle(message));
    }
  }

  private void deploy(TaskDeployment deployment) {
    if (deploying.remove(deployment.attempt())) {
      simulation.deployed(deployment.attempt());
      runner.deploy(deployment, SimulatedTaskManager.class.getClassLoader());
    }
  }
}

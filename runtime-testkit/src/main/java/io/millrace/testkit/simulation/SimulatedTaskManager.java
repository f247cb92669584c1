package io.millrace.testkit.simulation;

import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.task.SubtaskServices;
import io.millrace.runtime.task.TaskRunner;
import java.util.function.BiConsumer;

/** A TaskManager process: the production task runner over virtual time. */
final class SimulatedTaskManager {
  private final World world;
  private final Simulation simulation;
  private final Machine machine;
  private final TaskManagerId id;
  private final TaskRunner runner;
  private long lastArrival;
  private boolean connected = true;

  SimulatedTaskManager(
      Simulation simulation,
      TaskManagerId id,
      BiConsumer<SimulatedTaskManager, ToJobManager> jobManager) {
    this.simulation = simulation;
    this.world = simulation.world();
    this.id = id;
    this.machine = new Machine(id.value());
    this.runner =
        new TaskRunner(
            new SubtaskServices(
                handle -> run(world.between(1, 200), "step " + handle.name(), handle::run),
                command -> run(world.between(100, 15_000), "io", command::run),
                (time, callback) ->
                    run(Math.max(0, time * 1000 - world.micros()), "timer", callback::run),
                world::millis,
                () -> world.micros() * 1000,
                simulation.store(),
                message -> jobManager.accept(this, message)),
            id,
            new LocalChannels(),
            simulation.channels().of(machine));
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
    runner.cancelAll();
  }

  /** From the JobManager, in order. */
  void receive(ToTaskManager message) {
    long arrival = Math.max(lastArrival, world.micros() + world.between(50, 3_000));
    lastArrival = arrival;
    world.after(
        arrival - world.micros(),
        machine,
        message.getClass().getSimpleName(),
        () -> {
          if (!connected) {
            return;
          }
          if (message instanceof ToTaskManager.Deploy deploy) {
            run(
                world.between(100, 20_000),
                "deploy " + deploy.deployment().attempt(),
                () ->
                    runner.deploy(
                        deploy.deployment(), SimulatedTaskManager.class.getClassLoader()));
          } else if (message instanceof ToTaskManager.ReleaseJob release) {
            runner.releaseJob(release.job());
          } else {
            simulation.on(machine, () -> runner.handle(message));
          }
        });
  }
}

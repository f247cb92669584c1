package io.millrace.taskmanager;

import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.JobManagerLink;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps the connection to the JobManager and runs what it is told to. Everything it knows is owned
 * by its one thread, the {@code main} executor.
 *
 * <p>A connection that is lost is never resumed: all subtasks of it are cancelled, what they still
 * say is dropped, and when the last has ended the TaskManager registers anew, under another id. So
 * the JobManager may take a TaskManager that it has given up for dead as fenced off: a process that
 * was stopped and goes on finds its stream closed (invariants HB2, SL2).
 */
public final class TaskManager implements AutoCloseable {
  private final ControlThread thread;
  private final DeployedTasks tasks;
  private final ControlConnection connection;
  private Optional<TaskHost> host = Optional.empty();

  /**
   * Where things run.
   *
   * @param main one thread, which owns the TaskManager
   * @param deployments runs what blocks: fetching jars, loading classes, closing loaders
   * @param nanoClock monotone
   */
  public record Threads(
      ScheduledExecutorService main, Executor deployments, LongSupplier nanoClock) {}

  /** Why the process must end. */
  public record FatalError(String reason, Optional<Throwable> cause) {}

  /**
   * @param ids makes an id for each connection, never the same twice
   * @param fatal called when the process is of no use any more; it should exit
   */
  public TaskManager(
      TaskManagerSettings settings,
      JobManagerLink link,
      JobClassLoaders loaders,
      Threads threads,
      Supplier<TaskManagerId> ids,
      Consumer<FatalError> fatal) {
    this.thread = new ControlThread(threads.main(), fatal);
    this.tasks =
        new DeployedTasks(
            thread, threads.deployments(), loaders, settings.cancelTimeout(), new FromTasks());
    this.connection =
        new ControlConnection(
            settings, link, thread, threads.nanoClock(), ids, new FromConnection());
  }

  /** Connects, again and again, until it is closed. Call once. */
  public void start(TaskHost taskHost) {
    thread.run(
        () -> {
          host = Optional.of(taskHost);
          tasks.runOn(taskHost);
          connection.start();
        });
  }

  /** Takes what a subtask says to the JobManager. From any thread, never blocks. */
  public void report(ToJobManager.OfSubtask message) {
    thread.run(() -> tasks.forward(message));
  }

  /**
   * Ends the connection, which tells the JobManager at once. The subtasks are the caller's to stop.
   */
  @Override
  public void close() {
    thread.run(
        () -> {
          thread.end();
          connection.close("the TaskManager is shutting down");
        });
  }

  private void onMessage(ToTaskManager message) {
    if (message instanceof ToTaskManager.Deploy deploy) {
      tasks.deploy(deploy, connection.id());
    } else if (message instanceof ToTaskManager.Cancel cancel) {
      tasks.cancel(cancel.attempt());
    } else if (message instanceof ToTaskManager.ReleaseJob release) {
      tasks.release(release.job());
    } else if (message instanceof ToTaskManager.ToSubtask toSubtask) {
      tasks.handOver(toSubtask);
    } else {
      throw new IllegalStateException("Unknown message " + message);
    }
  }

  /** Subtasks of a former connection must be gone before the slots are offered again. */
  private void reconnectWhenIdle() {
    if (!connection.isOpen() && tasks.isEmpty() && !thread.hasEnded()) {
      // The release of a job may have been lost with the connection.
      tasks.releaseAll();
      connection.reconnect();
    }
  }

  private final class FromTasks implements DeployedTasks.Listener {
    @Override
    public void said(ToJobManager message) {
      connection.send(message);
    }

    @Override
    public void ended() {
      reconnectWhenIdle();
    }
  }

  private final class FromConnection implements ControlConnection.User {
    @Override
    public List<AttemptId> running() {
      return tasks.attempts();
    }

    @Override
    public List<ToJobManager.TaskMetrics> metrics() {
      return host.orElseThrow().metrics();
    }

    @Override
    public void received(ToTaskManager message) {
      onMessage(message);
    }

    @Override
    public void lost() {
      tasks.fenceOff();
      reconnectWhenIdle();
    }
  }
}

package io.millrace.taskmanager;

import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.JobManagerLink;
import io.millrace.runtime.rpc.JobManagerLink.Loss;
import io.millrace.runtime.rpc.JobManagerLink.Registration;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(TaskManager.class);

  private final TaskManagerSettings settings;
  private final JobManagerLink link;
  private final JobClassLoaders loaders;
  private final Threads threads;
  private final Supplier<TaskManagerId> ids;
  private final Consumer<FatalError> fatal;
  private final Map<AttemptId, DeployedTask> tasks = new TreeMap<>();

  /** Jobs whose release waits for their last subtask here. */
  private final Set<JobId> releasing = new HashSet<>();

  private Optional<TaskHost> host = Optional.empty();
  private Optional<Connection> connection = Optional.empty();
  private Optional<ScheduledFuture<?>> deadline = Optional.empty();
  private int failedTries;
  private boolean closed;

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
    this.settings = settings;
    this.link = link;
    this.loaders = loaders;
    this.threads = threads;
    this.ids = ids;
    this.fatal = fatal;
  }

  /** Connects, again and again, until it is closed. Call once. */
  public void start(TaskHost taskHost) {
    onMain(
        () -> {
          host = Optional.of(taskHost);
          expectRegistration();
          connect();
        });
  }

  /** Takes what a subtask says to the JobManager. From any thread, never blocks. */
  public void report(ToJobManager message) {
    onMain(() -> forward(message));
  }

  /**
   * Ends the connection, which tells the JobManager at once. The subtasks are the caller's to stop.
   */
  @Override
  public void close() {
    onMain(
        () -> {
          closed = true;
          deadline.ifPresent(timer -> timer.cancel(false));
          connection.ifPresent(c -> c.session.close("the TaskManager is shutting down"));
        });
  }

  // ---- the connection

  private void connect() {
    if (closed) {
      return;
    }
    TaskManagerId id = ids.get();
    Connection next = new Connection(id);
    connection = Optional.of(next);
    next.session =
        link.open(
            new ToJobManager.Register(
                id,
                settings.address().host(),
                settings.address().dataPort(),
                settings.address().metricsPort(),
                settings.slots(),
                settings.processId(),
                settings.build(),
                List.copyOf(tasks.keySet())),
            next);
  }

  private void expectRegistration() {
    Duration timeout = settings.registrationTimeout();
    deadline =
        Optional.of(
            after(
                timeout,
                () ->
                    die(
                        "No JobManager took the registration for "
                            + timeout.toSeconds()
                            + " s ("
                            + link.target()
                            + "): is it running, and is jobmanager.host right?",
                        Optional.empty())));
  }

  private void onRegistered(Connection c, Registration registration) {
    failedTries = 0;
    deadline.ifPresent(timer -> timer.cancel(false));
    deadline = Optional.empty();
    c.heartbeatTimeout = registration.heartbeatTimeout();
    LOG.info("Registered as {} at {}, leader epoch {}", c.id, link.target(), registration.epoch());
    long interval = registration.heartbeatInterval().toNanos();
    c.heartbeats =
        Optional.of(
            threads
                .main()
                .scheduleAtFixedRate(
                    guarded(() -> heartbeat(c)), interval, interval, TimeUnit.NANOSECONDS));
  }

  private void heartbeat(Connection c) {
    if (connection.filter(current -> current == c).isEmpty()) {
      return; // HB2: only the present connection counts
    }
    long silence = threads.nanoClock().getAsLong() - c.lastHeard;
    if (silence > c.heartbeatTimeout.toNanos()) {
      c.session.close(
          "the JobManager was silent for " + TimeUnit.NANOSECONDS.toMillis(silence) + " ms");
      return;
    }
    c.session.send(new ToJobManager.Heartbeat(host.orElseThrow().metrics()));
  }

  private void onLost(Connection c, Loss loss) {
    c.heartbeats.ifPresent(timer -> timer.cancel(false));
    connection = Optional.empty();
    if (closed) {
      return;
    }
    if (loss.permanent()) {
      die("The JobManager refuses this TaskManager: " + loss.reason(), Optional.empty());
      return;
    }
    if (c.heartbeats.isPresent()) {
      LOG.warn(
          "Lost the connection to {}: {}. Cancelling {} subtasks",
          link.target(),
          loss.reason(),
          tasks.size());
      expectRegistration();
    } else {
      LOG.info("Could not register at {}: {}", link.target(), loss.reason());
    }
    for (DeployedTask task : List.copyOf(tasks.values())) {
      task.fencedOff = true;
      cancel(task);
    }
    reconnectWhenIdle();
  }

  /** Subtasks of a former connection must be gone before the slots are offered again. */
  private void reconnectWhenIdle() {
    if (connection.isEmpty() && tasks.isEmpty() && !closed) {
      // The release of a job may have been lost with the connection.
      loaders.releaseAll(threads.deployments());
      after(settings.backoff().after(failedTries++), this::connect);
    }
  }

  // ---- subtasks

  private void onMessage(ToTaskManager message) {
    if (message instanceof ToTaskManager.Deploy deploy) {
      deploy(deploy);
    } else if (message instanceof ToTaskManager.Cancel cancel) {
      DeployedTask task = tasks.get(cancel.attempt());
      if (task == null) {
        send(terminal(cancel.attempt(), TaskState.CANCELED, Optional.empty()));
      } else {
        cancel(task);
      }
    } else if (message instanceof ToTaskManager.ReleaseJob release) {
      releasing.add(release.job());
      releaseIfIdle(release.job());
    } else {
      DeployedTask task = tasks.get(attemptOf(message));
      if (task != null) {
        handOver(task, message);
      }
    }
  }

  private void deploy(ToTaskManager.Deploy deploy) {
    AttemptId attempt = deploy.deployment().attempt();
    if (tasks.containsKey(attempt)) {
      LOG.warn("{} was deployed twice; the second deployment is ignored", attempt);
      return;
    }
    releasing.remove(attempt.job());
    DeployedTask task = new DeployedTask(deploy.deployment());
    tasks.put(attempt, task);
    TaskManagerId self = connection.orElseThrow().id;
    threads
        .deployments()
        .execute(
            () -> {
              try {
                ClassLoader loader = loaders.acquire(attempt.job(), task.deployment.jars());
                if (task.cancelled) {
                  onMain(() -> forward(terminal(attempt, TaskState.CANCELED, Optional.empty())));
                  return;
                }
                host.orElseThrow().deploy(self, task.deployment, loader);
                onMain(() -> onDeployed(task));
              } catch (Exception | LinkageError e) {
                onMain(() -> onDeploymentFailed(task, e));
              } catch (OutOfMemoryError e) {
                // Metaspace, most likely: it does not come back (invariant CL2).
                onMain(() -> die("Out of memory while deploying: " + e, Optional.of(e)));
              }
            });
  }

  private void onDeployed(DeployedTask task) {
    if (tasks.get(task.attempt()) != task) {
      return; // it has failed at once
    }
    task.deployed = true;
    LOG.info(
        "Deployed {} of job {} as {}",
        task.deployment.vertex().name(),
        task.deployment.jobName(),
        task.attempt());
    task.waiting.forEach(message -> host.orElseThrow().handle(message));
    task.waiting.clear();
  }

  private void onDeploymentFailed(DeployedTask task, Throwable cause) {
    LOG.warn("Could not deploy {}", task.attempt(), cause);
    forward(terminal(task.attempt(), TaskState.FAILED, Optional.of(task.failure(cause))));
  }

  private void cancel(DeployedTask task) {
    if (task.cancelled) {
      return;
    }
    task.cancelled = true;
    handOver(task, new ToTaskManager.Cancel(task.attempt()));
    Duration patience = settings.cancelTimeout();
    after(
        patience,
        () -> {
          if (tasks.get(task.attempt()) == task) { // HB3
            die(
                task.deployment.vertex().name()
                    + " ("
                    + task.attempt()
                    + ") has ignored its cancellation for "
                    + patience.toSeconds()
                    + " s: a function of it blocks and swallows interrupts",
                Optional.empty());
          }
        });
  }

  /** A subtask that is being made gets its messages when it is there. */
  private void handOver(DeployedTask task, ToTaskManager message) {
    if (task.deployed) {
      host.orElseThrow().handle(message);
    } else {
      task.waiting.add(message);
    }
  }

  private void forward(ToJobManager message) {
    AttemptId attempt = attemptOf(message);
    DeployedTask task = tasks.get(attempt);
    if (task == null) {
      return; // ended already: a late word of an upload, say
    }
    if (!task.fencedOff) {
      send(message);
    }
    if (message instanceof ToJobManager.TaskStateChanged changed && changed.state().isTerminal()) {
      LOG.info(
          "{} is {}{}",
          attempt,
          changed.state(),
          changed.failure().map(failure -> ": " + failure.summary()).orElse(""));
      tasks.remove(attempt);
      releaseIfIdle(attempt.job());
      reconnectWhenIdle();
    }
  }

  private void releaseIfIdle(JobId job) {
    if (releasing.contains(job)
        && tasks.keySet().stream().noneMatch(attempt -> attempt.job().equals(job))) {
      releasing.remove(job);
      host.orElseThrow().handle(new ToTaskManager.ReleaseJob(job));
      loaders.release(job, threads.deployments());
      LOG.info("Released job {}", job);
    }
  }

  private void send(ToJobManager message) {
    connection.ifPresent(c -> c.session.send(message));
  }

  private static ToJobManager.TaskStateChanged terminal(
      AttemptId attempt, TaskState state, Optional<ToJobManager.TaskFailure> failure) {
    return new ToJobManager.TaskStateChanged(attempt, state, failure);
  }

  private static AttemptId attemptOf(ToTaskManager message) {
    if (message instanceof ToTaskManager.TriggerCheckpoint m) {
      return m.attempt();
    } else if (message instanceof ToTaskManager.CheckpointCompleted m) {
      return m.attempt();
    } else if (message instanceof ToTaskManager.CheckpointAborted m) {
      return m.attempt();
    } else if (message instanceof ToTaskManager.AssignSplits m) {
      return m.attempt();
    } else if (message instanceof ToTaskManager.NoMoreSplits m) {
      return m.attempt();
    } else if (message instanceof ToTaskManager.StopSource m) {
      return m.attempt();
    } else if (message instanceof ToTaskManager.Finish m) {
      return m.attempt();
    }
    throw new IllegalStateException("Not about a subtask: " + message);
  }

  private static AttemptId attemptOf(ToJobManager message) {
    if (message instanceof ToJobManager.TaskStateChanged m) {
      return m.attempt();
    } else if (message instanceof ToJobManager.AckCheckpoint m) {
      return m.attempt();
    } else if (message instanceof ToJobManager.DeclineCheckpoint m) {
      return m.attempt();
    } else if (message instanceof ToJobManager.ReaderOpened m) {
      return m.attempt();
    } else if (message instanceof ToJobManager.SplitRequested m) {
      return m.attempt();
    } else if (message instanceof ToJobManager.SplitsReceived m) {
      return m.attempt();
    }
    throw new IllegalStateException("Not a subtask's message: " + message);
  }

  // ---- threads

  private void die(String reason, Optional<Throwable> cause) {
    closed = true;
    fatal.accept(new FatalError(reason, cause));
  }

  private ScheduledFuture<?> after(Duration delay, Runnable task) {
    return threads.main().schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void onMain(Runnable task) {
    try {
      threads.main().execute(guarded(task));
    } catch (RejectedExecutionException e) {
      LOG.debug("The TaskManager has ended; a message comes too late");
    }
  }

  /** A mistake in the TaskManager itself must not go unnoticed: nothing can be relied on then. */
  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        die("An internal error: " + e, Optional.of(e));
      }
    };
  }

  /** One connection; its callbacks hop to the main thread. */
  private final class Connection implements JobManagerLink.Listener {
    final TaskManagerId id;
    private JobManagerLink.Session session;
    private Optional<ScheduledFuture<?>> heartbeats = Optional.empty();
    private Duration heartbeatTimeout = Duration.ZERO;
    private long lastHeard = threads.nanoClock().getAsLong();

    Connection(TaskManagerId id) {
      this.id = id;
    }

    @Override
    public void registered(Registration registration) {
      heard(() -> onRegistered(this, registration));
    }

    @Override
    public void received(ToTaskManager message) {
      heard(() -> onMessage(message));
    }

    @Override
    public void pinged() {
      heard(() -> {});
    }

    @Override
    public void lost(Loss loss) {
      onMain(() -> onLost(this, loss));
    }

    private void heard(Runnable reaction) {
      onMain(
          () -> {
            lastHeard = threads.nanoClock().getAsLong();
            reaction.run();
          });
    }
  }
}

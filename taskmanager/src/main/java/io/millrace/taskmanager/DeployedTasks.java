package io.millrace.taskmanager;

import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
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
import java.util.concurrent.ScheduledFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subtasks of a TaskManager that have not ended, from their deployment to their last word, and
 * the jobs whose release waits for them. Owned by the control thread.
 */
final class DeployedTasks {
  private static final Logger LOG = LoggerFactory.getLogger(DeployedTasks.class);

  private final ControlThread thread;
  private final Executor deployments;
  private final JobClassLoaders loaders;
  private final Duration cancelTimeout;
  private final Listener listener;
  private final Map<AttemptId, DeployedTask> tasks = new TreeMap<>();

  /** Jobs whose release waits for their last subtask here. */
  private final Set<JobId> releasing = new HashSet<>();

  private Optional<TaskHost> host = Optional.empty();

  /** Told of what subtasks say, on the control thread. */
  interface Listener {
    /** What the JobManager is to hear. */
    void said(ToJobManager message);

    /** A subtask has ended. */
    void ended();
  }

  /**
   * @param deployments runs what blocks
   * @param cancelTimeout after which a subtask that goes on ends the process
   */
  DeployedTasks(
      ControlThread thread,
      Executor deployments,
      JobClassLoaders loaders,
      Duration cancelTimeout,
      Listener listener) {
    this.thread = thread;
    this.deployments = deployments;
    this.loaders = loaders;
    this.cancelTimeout = cancelTimeout;
    this.listener = listener;
  }

  /** Where they run; set before the first deployment. */
  void runOn(TaskHost taskHost) {
    host = Optional.of(taskHost);
  }

  List<AttemptId> attempts() {
    return List.copyOf(tasks.keySet());
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /**
   * @param self the id under which the TaskManager is registered
   */
  void deploy(ToTaskManager.Deploy deploy, TaskManagerId self) {
    AttemptId attempt = deploy.deployment().attempt();
    if (tasks.containsKey(attempt)) {
      LOG.warn("{} was deployed twice; the second deployment is ignored", attempt);
      return;
    }
    releasing.remove(attempt.job());
    DeployedTask task = new DeployedTask(deploy.deployment());
    tasks.put(attempt, task);
    deployments.execute(
        () -> {
          try {
            ClassLoader loader = loaders.acquire(attempt.job(), task.deployment.jars());
            if (task.cancelled) {
              thread.run(() -> forward(terminal(attempt, TaskState.CANCELED, Optional.empty())));
              return;
            }
            host.orElseThrow().deploy(self, task.deployment, loader);
            thread.run(() -> onDeployed(task));
          } catch (Exception | LinkageError e) {
            thread.run(() -> onDeploymentFailed(task, e));
          } catch (OutOfMemoryError e) {
            // Metaspace, most likely: it does not come back (invariant CL2).
            thread.run(() -> thread.die("Out of memory while deploying: " + e, Optional.of(e)));
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

  /** Answered also if there is no such subtask. */
  void cancel(AttemptId attempt) {
    DeployedTask task = tasks.get(attempt);
    if (task == null) {
      listener.said(terminal(attempt, TaskState.CANCELED, Optional.empty()));
    } else {
      cancel(task);
    }
  }

  private void cancel(DeployedTask task) {
    if (task.cancelled) {
      return;
    }
    task.cancelled = true;
    handOver(task, new ToTaskManager.Cancel(task.attempt()));
    ScheduledFuture<?> unused = thread.after(cancelTimeout, () -> dieUnlessEnded(task));
  }

  private void dieUnlessEnded(DeployedTask task) {
    if (tasks.get(task.attempt()) == task) { // HB3
      thread.die(
          task.deployment.vertex().name()
              + " ("
              + task.attempt()
              + ") has ignored its cancellation for "
              + cancelTimeout.toSeconds()
              + " s: a function of it blocks and swallows interrupts",
          Optional.empty());
    }
  }

  /** Their connection is lost: they are cancelled, and what they still say is dropped. */
  void fenceOff() {
    for (DeployedTask task : List.copyOf(tasks.values())) {
      task.fencedOff = true;
      cancel(task);
    }
  }

  /** Dropped if the subtask has ended. */
  void handOver(ToTaskManager.ToSubtask message) {
    DeployedTask task = tasks.get(message.attempt());
    if (task != null) {
      handOver(task, message);
    }
  }

  /** A subtask that is being made gets its messages when it is there. */
  private void handOver(DeployedTask task, ToTaskManager message) {
    if (task.deployed) {
      host.orElseThrow().handle(message);
    } else {
      task.waiting.add(message);
    }
  }

  /** What a subtask says to the JobManager. */
  void forward(ToJobManager.OfSubtask message) {
    AttemptId attempt = message.attempt();
    DeployedTask task = tasks.get(attempt);
    if (task == null) {
      return; // ended already: a late word of an upload, say
    }
    if (!task.fencedOff) {
      listener.said(message);
    }
    if (message instanceof ToJobManager.TaskStateChanged changed && changed.state().isTerminal()) {
      LOG.info(
          "{} is {}{}",
          attempt,
          changed.state(),
          changed.failure().map(failure -> ": " + failure.summary()).orElse(""));
      tasks.remove(attempt);
      releaseIfIdle(attempt.job());
      listener.ended();
    }
  }

  /** When its last subtask here has ended, what is kept of the job is let go of. */
  void release(JobId job) {
    releasing.add(job);
    releaseIfIdle(job);
  }

  private void releaseIfIdle(JobId job) {
    if (releasing.contains(job)
        && tasks.keySet().stream().noneMatch(attempt -> attempt.job().equals(job))) {
      releasing.remove(job);
      host.orElseThrow().handle(new ToTaskManager.ReleaseJob(job));
      loaders.release(job, deployments);
      LOG.info("Released job {}", job);
    }
  }

  /** Lets go of all jobs; when none has a subtask here. */
  void releaseAll() {
    loaders.releaseAll(deployments);
  }

  private static ToJobManager.TaskStateChanged terminal(
      AttemptId attempt, TaskState state, Optional<ToJobManager.TaskFailure> failure) {
    return new ToJobManager.TaskStateChanged(attempt, state, failure);
  }
}

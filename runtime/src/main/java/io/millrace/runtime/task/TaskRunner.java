package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskMetrics;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * The subtasks of one TaskManager: deploys them and passes on what the JobManager says to each.
 * Safe for use by any thread; messages of one connection must come in order.
 */
public final class TaskRunner {
  private final SubtaskServices services;
  private final TaskManagerId self;
  private final LocalChannels local;
  private final RemoteChannels remote;

  /** Sorted, so that nothing depends on hash order. */
  private final ConcurrentSkipListMap<AttemptId, Subtask> subtasks = new ConcurrentSkipListMap<>();

  private final TaskTuning tuning;
  private final JobClassCopies copies;

  /**
   * @param services its {@code jobManager} gets all that the subtasks report
   */
  public TaskRunner(
      SubtaskServices services,
      TaskTuning tuning,
      TaskManagerId self,
      LocalChannels local,
      RemoteChannels remote) {
    this.tuning = tuning;
    this.copies = new JobClassCopies(tuning.classCopies());
    this.self = self;
    this.local = local;
    this.remote = remote;
    this.services =
        new SubtaskServices(
            services.workers(),
            services.io(),
            services.timers(),
            services.clock(),
            services.nanoClock(),
            services.checkpoints(),
            services.backends(),
            forgetTerminal(services.jobManager()));
  }

  private Consumer<ToJobManager.OfSubtask> forgetTerminal(Consumer<ToJobManager.OfSubtask> target) {
    return message -> {
      if (message instanceof ToJobManager.TaskStateChanged changed
          && changed.state().isTerminal()) {
        subtasks.remove(changed.attempt());
      }
      target.accept(message);
    };
  }

  /**
   * Builds and starts a subtask. Blocks while state is read: called on a deploying thread. A
   * failure is reported like that of a running subtask.
   */
  public void deploy(TaskDeployment deployment, ClassLoader userLoader) {
    AttemptId attempt = deployment.attempt();
    Subtask subtask =
        new Subtask(
            attempt,
            deployment.vertex().name(),
            services,
            userLoader,
            deployment.checkpoints().alignmentTimeout());
    if (subtasks.putIfAbsent(attempt, subtask) != null) {
      return; // told twice
    }
    ClassCopies classes = copies.acquire(attempt.job(), deployment.jobName(), userLoader);
    SubtaskBuilder.Parts parts =
        new SubtaskBuilder.Parts(
            services, tuning.batchRecords(), userLoader, classes, self, local, remote);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(userLoader);
    LogContext.of(attempt, deployment.vertex().name()).enter();
    try {
      new SubtaskBuilder(deployment, subtask, parts).build();
    } catch (Throwable t) {
      subtask.failBeforeStart(t);
    } finally {
      thread.setContextClassLoader(before);
      LogContext.leave();
    }
  }

  /** Passes on everything but deployments and releases, which are the TaskManager's. */
  public void handle(ToTaskManager message) {
    if (message instanceof ToTaskManager.Cancel cancel) {
      Subtask subtask = subtasks.get(cancel.attempt());
      if (subtask == null) {
        services
            .jobManager()
            .accept(
                new ToJobManager.TaskStateChanged(
                    cancel.attempt(), TaskState.CANCELED, Optional.empty()));
      } else {
        subtask.cancel();
      }
    } else if (message instanceof ToTaskManager.TriggerCheckpoint trigger) {
      with(
          trigger.attempt(),
          s ->
              s.interrupt(
                  () ->
                      s.trigger(
                          new ChannelEvent.Barrier(
                              trigger.checkpoint(),
                              trigger.savepoint(),
                              trigger.directory(),
                              trigger.base(),
                              Optional.empty()))));
    } else if (message instanceof ToTaskManager.CheckpointCompleted completed) {
      with(completed.attempt(), s -> s.post(() -> s.checkpointCompleted(completed.checkpoint())));
    } else if (message instanceof ToTaskManager.CheckpointAborted aborted) {
      with(aborted.attempt(), s -> s.post(() -> s.checkpointAborted(aborted.checkpoint())));
    } else if (message instanceof ToTaskManager.AssignSplits assign) {
      with(
          assign.attempt(),
          s ->
              s.post(
                  () -> {
                    s.assignSplits(assign.splits());
                    s.tell(new ToJobManager.SplitsReceived(assign.attempt(), assign.sequence()));
                  }));
    } else if (message instanceof ToTaskManager.NoMoreSplits none) {
      with(
          none.attempt(),
          s ->
              s.post(
                  () -> {
                    s.noMoreSplits();
                    s.tell(new ToJobManager.SplitsReceived(none.attempt(), none.sequence()));
                  }));
    } else if (message instanceof ToTaskManager.StopSource stop) {
      with(stop.attempt(), s -> s.post(() -> s.stopSource(stop.drain())));
    } else if (message instanceof ToTaskManager.ReadState read) {
      with(read.attempt(), s -> s.post(() -> s.readState(read)));
    } else if (message instanceof ToTaskManager.Finish finish) {
      with(finish.attempt(), s -> s.post(s::finish));
    } else {
      throw new IllegalArgumentException("Not for a subtask: " + message);
    }
  }

  private void with(AttemptId attempt, Consumer<Subtask> action) {
    Subtask subtask = subtasks.get(attempt);
    if (subtask != null) {
      action.accept(subtask);
    }
  }

  /** Attempts that are not terminal. */
  public List<AttemptId> running() {
    return List.copyOf(subtasks.keySet());
  }

  public List<TaskMetrics> metrics() {
    List<TaskMetrics> metrics = new ArrayList<>();
    subtasks.values().forEach(subtask -> metrics.add(subtask.metrics()));
    return metrics;
  }

  /** The JobManager is lost or has given us up: nothing that runs here counts any more. */
  public void cancelAll() {
    subtasks.values().forEach(Subtask::cancel);
  }

  /** Drops what is kept for a job between its subtasks. */
  public void releaseJob(JobId job) {
    copies.release(job);
    local.forget(job);
  }
}

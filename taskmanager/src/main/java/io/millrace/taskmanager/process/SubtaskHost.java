package io.millrace.taskmanager.process;

import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager.TaskMetrics;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.task.SubtaskServices;
import io.millrace.runtime.task.TaskRunner;
import io.millrace.runtime.task.TaskTuning;
import io.millrace.taskmanager.TaskHost;
import java.util.List;

/**
 * Runs subtasks for a TaskManager. Each connection to the JobManager has a {@link TaskRunner} of
 * its own, since peers know this TaskManager by the connection's id; there is a new one only when
 * the subtasks of the former have ended. Safe for use by any thread.
 */
final class SubtaskHost implements TaskHost {
  private final SubtaskServices services;
  private final TaskTuning tuning;
  private final LocalChannels local = new LocalChannels();
  private final RemoteChannels remote;
  private volatile Current current;

  private record Current(TaskManagerId self, TaskRunner runner) {}

  SubtaskHost(SubtaskServices services, TaskTuning tuning, RemoteChannels remote) {
    this.services = services;
    this.tuning = tuning;
    this.remote = remote;
    this.current = new Current(new TaskManagerId("unregistered"), runner("unregistered"));
  }

  private TaskRunner runner(String self) {
    return new TaskRunner(services, tuning, new TaskManagerId(self), local, remote);
  }

  @Override
  public void deploy(TaskManagerId self, TaskDeployment deployment, ClassLoader userCode) {
    runnerOf(self).deploy(deployment, userCode);
  }

  private synchronized TaskRunner runnerOf(TaskManagerId self) {
    if (!current.self().equals(self)) {
      current = new Current(self, runner(self.value()));
    }
    return current.runner();
  }

  @Override
  public void handle(ToTaskManager message) {
    if (message instanceof ToTaskManager.ReleaseJob release) {
      current.runner().releaseJob(release.job());
    } else {
      current.runner().handle(message);
    }
  }

  @Override
  public List<TaskMetrics> metrics() {
    return current.runner().metrics();
  }

  void cancelAll() {
    current.runner().cancelAll();
  }
}

package io.millrace.taskmanager;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager.FailureKind;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToTaskManager;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** A subtask that has not ended yet, as its TaskManager knows it. Owned by the main thread. */
final class DeployedTask {
  final TaskDeployment deployment;

  /** Messages that came while it was being made. */
  final List<ToTaskManager> waiting = new ArrayList<>();

  boolean deployed;

  /** Its connection is lost: nothing it says is passed on. */
  boolean fencedOff;

  /** Also read by the deployment thread, which then does not start it. */
  volatile boolean cancelled;

  DeployedTask(TaskDeployment deployment) {
    this.deployment = deployment;
  }

  AttemptId attempt() {
    return deployment.attempt();
  }

  TaskFailure failure(Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    return new TaskFailure(
        deployment.vertex().name() + " could not be started: " + cause,
        trace.toString(),
        FailureKind.of(cause));
  }
}

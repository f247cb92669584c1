package io.millrace.taskmanager;

import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import java.util.List;

/**
 * Runs the subtasks of a TaskManager. What they report goes to {@link TaskManager#report}. Every
 * subtask that was deployed reports exactly one terminal state.
 */
public interface TaskHost {
  /**
   * Starts a subtask. Called by a deployment thread; may load classes, must not wait for others.
   *
   * @param self id of this TaskManager in the present connection, as peers know it
   * @param userCode the job's class loader
   * @throws Exception if the subtask cannot be made: then it was not deployed
   */
  void deploy(TaskManagerId self, TaskDeployment deployment, ClassLoader userCode) throws Exception;

  /**
   * Takes a message about a deployed subtask (not Deploy), or that a job is released. Does not
   * block; a subtask that has ended is none of its business any more.
   */
  void handle(ToTaskManager message);

  /** What the running subtasks have counted. From any thread. */
  List<ToJobManager.TaskMetrics> metrics();
}

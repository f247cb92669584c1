package io.millrace.runtime.scheduler;

import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToTaskManager;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The TaskManagers that keep something of the job, its class loader say, until they are told to
 * release it. Owned by the job's thread.
 */
final class UsedTaskManagers {
  private final JobId job;
  private final Consumer<JobAction> act;
  private final TreeSet<TaskManagerId> used = new TreeSet<>();

  UsedTaskManagers(JobId job, Consumer<JobAction> act) {
    this.job = job;
    this.act = act;
  }

  /** From now on the job uses these; the others it has used are released. */
  void use(Set<TaskManagerId> taskManagers) {
    TreeSet<TaskManagerId> left = new TreeSet<>(used);
    left.removeAll(taskManagers);
    left.forEach(this::release);
    used.clear();
    used.addAll(taskManagers);
  }

  void lose(TaskManagerId lost) {
    used.remove(lost);
  }

  void releaseAll() {
    used.forEach(this::release);
  }

  private void release(TaskManagerId taskManager) {
    act.accept(new JobAction.Send(taskManager, new ToTaskManager.ReleaseJob(job)));
  }
}

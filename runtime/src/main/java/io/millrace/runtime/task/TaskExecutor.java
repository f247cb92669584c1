package io.millrace.runtime.task;

/** Runs steppables: a worker pool in a process, a seeded scheduler in a simulation. */
public interface TaskExecutor {
  /** Has the handle's {@link StepHandle#run} called soon, on one thread at a time. */
  void enqueue(StepHandle handle);

  /**
   * Has the handle woken up after a time. Only the earliest pending one of a handle is kept: to be
   * woken up too early is harmless. Called by a step of the handle.
   *
   * @param nanos from now
   */
  void wakeUpAfter(StepHandle handle, long nanos);

  /** Takes back {@link #wakeUpAfter}, so that nothing of an ended subtask is held. */
  void forgetWakeUp(StepHandle handle);
}

package io.millrace.runtime.task;

/** Runs steppables: a worker pool in a process, a seeded scheduler in a simulation. */
public interface TaskExecutor {
  /** Has the handle's {@link StepHandle#run} called soon, on one thread at a time. */
  void enqueue(StepHandle handle);
}

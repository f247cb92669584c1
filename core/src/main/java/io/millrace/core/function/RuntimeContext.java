package io.millrace.core.function;

import io.millrace.core.state.KeyedStateStore;

/**
 * What a function may know of the subtask it runs in. Used only by the thread that steps the
 * subtask.
 */
public interface RuntimeContext extends KeyedStateStore {
  /**
   * Names the job for its whole life, across restarts and JobManagers, and no other job: letters
   * and digits.
   */
  String getJobId();

  String getJobName();

  String getTaskName();

  int getIndexOfThisSubtask();

  int getNumberOfParallelSubtasks();

  int getMaxNumberOfParallelSubtasks();

  /** How often this subtask was started before: 0 on the first attempt. */
  int getAttemptNumber();

  ClassLoader getUserCodeClassLoader();

  /** Registers (or finds) a counter that shows in REST and metrics under the operator's name. */
  Counter counter(String name);

  /** A monotone count; {@link #inc} is for the subtask's thread only. */
  interface Counter {
    void inc(long n);

    default void inc() {
      inc(1);
    }

    long count();
  }
}

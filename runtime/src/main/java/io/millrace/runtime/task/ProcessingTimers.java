package io.millrace.runtime.task;

/** Calls back at a time. */
public interface ProcessingTimers {
  /**
   * @param time milliseconds since the epoch, of the same clock as the subtask's
   * @param callback called once, on any thread, soon; must not block
   */
  void schedule(long time, Runnable callback);
}

package io.millrace.runtime.scheduler;

/**
 * What must never be given out twice in the life of a job, across JobManagers too; stored before
 * any of it is used (invariant CC1).
 *
 * @param nextCheckpoint id of the next checkpoint or savepoint
 * @param nextExecution number of the next execution, which is its attempts' number
 */
public record JobCounters(long nextCheckpoint, int nextExecution) {
  /** Of a job that has never run. */
  public static final JobCounters INITIAL = new JobCounters(1, 0);
}

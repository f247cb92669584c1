package io.millrace.runtime.id;

/**
 * One execution of a subtask. Everything a subtask says or is told carries it, so that what a
 * former execution left behind is recognised and dropped (invariants CC4, S3).
 *
 * @param attempt 0 for the first execution, larger with each restart
 */
public record AttemptId(SubtaskId subtask, int attempt) implements Comparable<AttemptId> {
  public JobId job() {
    return subtask.job();
  }

  @Override
  public int compareTo(AttemptId other) {
    int bySubtask = subtask.compareTo(other.subtask);
    return bySubtask != 0 ? bySubtask : Integer.compare(attempt, other.attempt);
  }

  @Override
  public String toString() {
    return subtask + "#" + attempt;
  }
}

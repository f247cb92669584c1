package io.millrace.runtime.scheduler;

import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import java.util.Optional;

/**
 * A failure in the life of a job.
 *
 * @param timeMillis since the epoch
 * @param summary one line: what happened and the remedy
 * @param rootCause false for one that followed from another, or came while that was being handled
 */
public record FailureEntry(
    long timeMillis,
    String summary,
    String stackTrace,
    Optional<SubtaskId> subtask,
    Optional<TaskManagerId> taskManager,
    boolean rootCause) {
  /** The same, of which something else turned out to be the cause. */
  FailureEntry asConsequence() {
    return new FailureEntry(timeMillis, summary, stackTrace, subtask, taskManager, false);
  }
}

package io.millrace.runtime.submit;

import io.millrace.runtime.id.JobId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a job ended.
 *
 * @param duration from submission to the end
 * @param failure what made it fail, if it failed
 * @param counters named counters of the operators, summed over all of them, such as {@code
 *     lateRecordsDropped}; empty if it is detached
 */
public record JobResult(
    JobId id,
    String name,
    Status status,
    Duration duration,
    int restarts,
    Optional<Failure> failure,
    Map<String, Long> counters) {
  public JobResult {
    counters = Map.copyOf(counters);
  }

  /** The ways a job ends, as its submitter sees it. */
  public enum Status {
    FINISHED,
    CANCELED,
    FAILED,
    /** It goes on; nobody waits for it. */
    DETACHED
  }

  /** As text: the exception's class is the job's own. */
  public record Failure(String summary, String stackTrace) {}

  /**
   * Returns this result, unless the job failed.
   *
   * @throws JobFailedException if it did
   */
  public JobResult orThrow() {
    if (status == Status.FAILED) {
      throw new JobFailedException(this);
    }
    return this;
  }
}

package io.millrace.runtime.scheduler;

import io.millrace.runtime.id.JobId;
import java.util.Optional;

/**
 * A job as it is kept for recovery.
 *
 * @param graph bytes of the job graph; opaque here
 * @param submittedMillis since the epoch
 * @param startFrom directory of the savepoint it was submitted with
 * @param ending present once the job is terminal: it is not run again
 */
public record StoredJob(
    JobId id,
    byte[] graph,
    long submittedMillis,
    Optional<String> startFrom,
    boolean allowDroppedState,
    Optional<Ending> ending) {
  /**
   * How a job ended.
   *
   * @param detail why; may be empty
   * @param millis since the epoch
   */
  public record Ending(JobStatus status, String detail, long millis) {
    public Ending {
      if (!status.isTerminal()) {
        throw new IllegalArgumentException(status + " is no end of a job");
      }
    }
  }
}

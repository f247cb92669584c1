package io.millrace.runtime.submit;

import io.millrace.runtime.id.JobId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A job that was taken. Safe for use by any thread. */
public interface JobHandle {
  JobId id();

  /**
   * Completes when the job is over, whatever way it ended: see {@link JobResult#status}. For a
   * detached run it completes at once as {@link JobResult.Status#DETACHED}. Fails only if the
   * cluster can't be asked any more.
   */
  CompletionStage<JobResult> result();

  /** Cancels the job; completes when it is over. */
  CompletionStage<Void> cancel();

  /** Takes a savepoint; completes with its directory. */
  CompletionStage<String> savepoint(Optional<String> directory);

  /** Stops the job with a savepoint; completes with its directory. */
  CompletionStage<String> stop(Optional<String> directory, boolean drain);
}

package io.millrace.jobmanager;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What may be asked of a JobManager: the one door for REST, the in-process cluster and tests. Safe
 * for use by any thread; views are immutable snapshots.
 */
public interface Dispatcher {
  /**
   * Takes a job: stored durably before the stage completes.
   *
   * @param savepoint directory of a savepoint or retained checkpoint to start from
   * @param allowDroppedState whether state that no operator claims may be dropped
   */
  CompletionStage<JobId> submit(
      JobGraph graph, Optional<String> savepoint, boolean allowDroppedState);

  /**
   * Cancels; completes when the job is terminal. Fails with {@link UnknownJobException} if there is
   * no such job.
   */
  CompletionStage<Void> cancel(JobId job);

  /** Takes a savepoint of a running job; completes with its directory. */
  CompletionStage<String> savepoint(JobId job, Optional<String> directory);

  /**
   * Stops with a savepoint: sources end, the savepoint is committed, the job finishes. Completes
   * with its directory.
   */
  CompletionStage<String> stop(JobId job, Optional<String> directory, boolean drain);

  /** Completes with the final view when the job has become terminal. */
  CompletionStage<JobView> onTermination(JobId job);

  /**
   * What a keyed state of a job that has not ended has for a key. Fails with {@link
   * StateQueryException} if there is no answer.
   */
  CompletionStage<StateAnswer> state(JobId job, StateQuery query);

  List<JobView> jobs();

  Optional<JobView> job(JobId job);

  List<TaskManagerView> taskManagers();
}

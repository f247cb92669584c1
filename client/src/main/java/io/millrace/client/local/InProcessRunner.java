package io.millrace.client.local;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ExecutionOptions;
import io.millrace.core.storage.FileStore;
import io.millrace.runtime.checkpoint.CheckpointDirectory;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.submit.JobRunner;
import io.millrace.runtime.submit.JobSubmissionException;
import io.millrace.runtime.submit.RunSettings;
import io.millrace.runtime.task.TaskTuning;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Runs a program's job inside its own process, as from an IDE: a {@link MiniCluster} of as many
 * slots as the job needs, which ends with it.
 */
public final class InProcessRunner implements JobRunner {
  @Override
  public String name() {
    return "the in-process cluster";
  }

  @Override
  public int priority() {
    return IN_PROCESS;
  }

  @Override
  public boolean isActive(Configuration configuration) {
    return true;
  }

  @Override
  public int defaultParallelism(Configuration configuration) {
    int configured = configuration.get(ExecutionOptions.PARALLELISM);
    return configured > 0 ? configured : Runtime.getRuntime().availableProcessors();
  }

  @Override
  public JobHandle submit(JobGraph graph, RunSettings settings) {
    MiniCluster cluster =
        MiniCluster.start(
            new MiniCluster.Settings(
                1,
                graph.slotsNeeded(),
                Optional.empty(),
                checkpoints(settings.configuration()),
                RocksDbSettings.of(settings.configuration()),
                TaskTuning.of(settings.configuration()),
                settings.userCode()));
    try {
      return new OwnedJob(
          cluster, cluster.submit(graph, settings.savepoint(), settings.allowDroppedState()));
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static Optional<FileStore> checkpoints(Configuration configuration) {
    if (configuration.get(CheckpointOptions.DIRECTORY).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(CheckpointDirectory.open(configuration));
    } catch (IOException e) {
      throw new JobSubmissionException(e.getMessage(), e);
    }
  }

  /** A job whose end is that of its cluster. */
  private static final class OwnedJob implements JobHandle {
    private final JobHandle job;
    private final CompletableFuture<JobResult> result;

    OwnedJob(MiniCluster cluster, JobHandle job) {
      this.job = job;
      // On a thread of its own: the cluster's can't wait for their own end. Not a daemon, so that a
      // main() that has returned leaves no files behind.
      this.result =
          job.result()
              .toCompletableFuture()
              .whenCompleteAsync(
                  (ended, failure) -> cluster.close(),
                  task -> new Thread(task, "millrace-minicluster-close").start());
    }

    @Override
    public JobId id() {
      return job.id();
    }

    @Override
    public CompletionStage<JobResult> result() {
      return result.copy();
    }

    @Override
    public CompletionStage<Void> cancel() {
      return job.cancel();
    }

    @Override
    public CompletionStage<String> savepoint(Optional<String> directory) {
      return job.savepoint(directory);
    }

    @Override
    public CompletionStage<String> stop(Optional<String> directory, boolean drain) {
      return job.stop(directory, drain);
    }
  }
}

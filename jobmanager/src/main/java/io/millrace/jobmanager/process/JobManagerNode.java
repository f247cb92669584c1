package io.millrace.jobmanager.process;

import io.millrace.core.storage.FileStore;
import io.millrace.jobmanager.JobManagerCore;
import io.millrace.jobmanager.JobServices;
import io.millrace.jobmanager.LeaderEpochs;
import io.millrace.jobmanager.enumerator.EnumeratorSettings;
import io.millrace.jobmanager.enumerator.EnumeratorThreads;
import io.millrace.runtime.blob.BlobCache;
import io.millrace.runtime.blob.BlobStore;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.edge.NamedThreads;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.scheduler.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/**
 * A JobManager with its threads and stores, without a transport: the same in a process of its own
 * and inside another one.
 */
public final class JobManagerNode implements AutoCloseable {
  private final BlobStore blobs;
  private final ExecutorService io;
  private final JobManagerCore core;

  /**
   * Where and how it keeps things.
   *
   * @param ha jobs, jars and epochs: what another JobManager recovers from
   * @param checkpoints all processes see the same
   * @param work directory for copies of jars; deleted by the caller
   * @param loader of the engine: parent of the jobs' own, or itself that of jobs without jars
   * @param savepoints directory for savepoints that name none; empty for the job's own
   */
  public record Parts(
      FileStore ha,
      FileStore checkpoints,
      Path work,
      ClassLoader loader,
      Settings settings,
      Optional<String> savepoints) {}

  /**
   * Times and numbers.
   *
   * @param slotPatience how long a job waits for more slots before it runs smaller
   * @param ioThreads at most so many, for what blocks: the stores
   */
  public record Settings(
      Duration heartbeatInterval,
      Duration heartbeatTimeout,
      int retainedJobs,
      Duration slotPatience,
      int ioThreads) {}

  /**
   * Recovers the jobs there are. Blocks.
   *
   * @throws IOException if the stores can't be read or written
   */
  public JobManagerNode(Parts parts) throws IOException {
    String build = Build.CURRENT.toString();
    Path scratch = parts.work().resolve("state");
    deleteLeftOvers(scratch);
    SecureRandom random = new SecureRandom();
    io = NamedThreads.pool("jobmanager-io", parts.settings().ioThreads());
    blobs = new BlobStore(parts.ha());
    core =
        new JobManagerCore(
            LeaderEpochs.claim(parts.ha()),
            new JobManagerCore.Settings(
                parts.settings().heartbeatInterval(),
                parts.settings().heartbeatTimeout(),
                parts.settings().retainedJobs(),
                build),
            new JobServices(
                new JobServices.Storage(
                    new JobStore(parts.ha(), build),
                    new CheckpointStore(parts.checkpoints(), build),
                    parts.checkpoints().location(),
                    scratch),
                new JobClassLoaders(new BlobCache(parts.work(), blobs::copyTo), parts.loader()),
                new NodeThreads(),
                new JobServices.Clocks(System::currentTimeMillis, System::nanoTime),
                new JobServices.Rules(
                    parts.settings().slotPatience(),
                    random::nextDouble,
                    parts.savepoints(),
                    EnumeratorSettings.DEFAULT)),
            blobs,
            NamedThreads.single("jobmanager"),
            () -> JobId.of(random.nextLong()));
    core.start();
  }

  /** Of a JobManager that was killed while it read state. */
  private static void deleteLeftOvers(Path scratch) throws IOException {
    if (Files.exists(scratch)) {
      try (Stream<Path> files = Files.walk(scratch)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  public JobManagerCore core() {
    return core;
  }

  public BlobStore blobs() {
    return blobs;
  }

  /** Lets go of the jobs, which another JobManager on the same stores recovers. */
  @Override
  public void close() {
    core.close();
    io.shutdown();
  }

  private final class NodeThreads implements JobServices.Threads {
    @Override
    public ScheduledExecutorService job(JobId job) {
      return NamedThreads.single("job-" + job);
    }

    @Override
    public EnumeratorThreads enumerators(JobId job) {
      return new EnumeratorThreads() {
        @Override
        public ScheduledExecutorService calls() {
          return NamedThreads.single("enumerator-" + job);
        }

        @Override
        public ExecutorService io() {
          return NamedThreads.pool("enumerator-io-" + job, 2);
        }
      };
    }

    @Override
    public Executor io() {
      return io;
    }
  }
}

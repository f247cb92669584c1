package io.millrace.client.local;

import io.millrace.client.RemoteJob;
import io.millrace.core.config.Configuration;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.LocalFileStore;
import io.millrace.core.storage.MountedFileStore;
import io.millrace.jobmanager.Dispatcher;
import io.millrace.jobmanager.process.JobManagerNode;
import io.millrace.runtime.blob.BlobCache;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.exchange.netty.DataExchange;
import io.millrace.runtime.exchange.netty.ExchangeOptions;
import io.millrace.runtime.exchange.netty.NettyChannels;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.rpc.InProcessLink;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.submit.JobSubmissionException;
import io.millrace.runtime.task.TaskTuning;
import io.millrace.taskmanager.TaskManagerSettings;
import io.millrace.taskmanager.TaskManagerSettings.Address;
import io.millrace.taskmanager.TaskManagerSettings.Backoff;
import io.millrace.taskmanager.process.TaskManagerNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * A whole cluster inside this process: the production JobManager and TaskManagers, linked without a
 * network. With several TaskManagers, records between them cross loopback TCP as they would
 * elsewhere. Safe for use by any thread.
 */
public final class MiniCluster implements AutoCloseable {
  // A debugger may hold everything for as long as it likes.
  private static final Duration NEVER = Duration.ofDays(1);
  private static final int IO_THREADS = 2;
  private static final Duration HEARTBEAT = Duration.ofMillis(500);
  private static final Duration SLOT_PATIENCE = Duration.ofSeconds(3);
  private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(30);

  private final Path directory;
  private final boolean temporary;
  private final JobManagerNode jobManager;
  private final List<TaskManagerNode> taskManagers = new ArrayList<>();
  private final List<DataExchange> exchanges = new ArrayList<>();
  private final List<RocksDbEnvironment> backends = new ArrayList<>();
  private final CompletableFuture<JobResult> broken = new CompletableFuture<>();

  /**
   * How large it is, and where it keeps things.
   *
   * @param slots of each TaskManager
   * @param directory for checkpoints and jobs; empty for a temporary one, deleted at the end
   * @param checkpoints where checkpoints go; empty for a directory in {@code directory}
   * @param rocksDb memory of RocksDB state of each TaskManager
   * @param tuning of the subtasks
   * @param userCode class loader of the programs whose jobs run here
   */
  public record Settings(
      int taskManagers,
      int slots,
      Optional<Path> directory,
      Optional<FileStore> checkpoints,
      RocksDbSettings rocksDb,
      TaskTuning tuning,
      ClassLoader userCode) {
    /** One TaskManager of so many slots, nothing kept. */
    public static Settings of(int slots, ClassLoader userCode) {
      return new Settings(
          1,
          slots,
          Optional.empty(),
          Optional.empty(),
          RocksDbSettings.of(Configuration.empty()),
          TaskTuning.FULL,
          userCode);
    }
  }

  private MiniCluster(Settings settings) throws IOException {
    temporary = settings.directory().isEmpty();
    directory =
        temporary
            ? Files.createTempDirectory("millrace-")
            : Files.createDirectories(settings.directory().get());
    FileStore checkpoints =
        settings
            .checkpoints()
            .orElseGet(() -> new MountedFileStore(directory.resolve("checkpoints")));
    jobManager =
        new JobManagerNode(
            new JobManagerNode.Parts(
                new LocalFileStore(directory.resolve("ha")),
                checkpoints,
                Files.createDirectories(directory.resolve("jobmanager")),
                settings.userCode(),
                new JobManagerNode.Settings(HEARTBEAT, NEVER, 1_000, SLOT_PATIENCE, IO_THREADS),
                Optional.empty()));
    for (int i = 1; i <= settings.taskManagers(); i++) {
      taskManagers.add(taskManager(i, settings, checkpoints));
    }
    taskManagers.forEach(TaskManagerNode::start);
  }

  /**
   * Starts a cluster.
   *
   * @throws UncheckedIOException if its directory can't be used
   */
  public static MiniCluster start(Settings settings) {
    try {
      return new MiniCluster(settings);
    } catch (IOException e) {
      throw new UncheckedIOException("Can't start the in-process cluster: " + e.getMessage(), e);
    }
  }

  private TaskManagerNode taskManager(int number, Settings settings, FileStore checkpoints)
      throws IOException {
    InProcessLink link = new InProcessLink(jobManager.core(), Runnable::run);
    RemoteChannels remote = new NoRemoteChannels();
    Address address = new Address("127.0.0.1", 0, 0);
    if (settings.taskManagers() > 1) {
      DataExchange exchange =
          DataExchange.start(
              ExchangeOptions.of(
                  new ExchangeOptions.Identity(directory.toString(), Build.CURRENT.toString())));
      exchanges.add(exchange);
      remote = new NettyChannels(exchange, settings.tuning().batchRecords());
      address = new Address(exchange.host(), exchange.port(), 0);
    }
    Path work = Files.createDirectories(directory.resolve("taskmanager-" + number));
    int[] connections = {0};
    return new TaskManagerNode(
        new TaskManagerNode.Parts(
            new TaskManagerSettings(
                address,
                settings.slots(),
                ProcessHandle.current().pid(),
                Build.CURRENT.toString(),
                NEVER,
                CANCEL_TIMEOUT,
                new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1))),
            Math.max(1, Math.min(settings.slots(), Runtime.getRuntime().availableProcessors())),
            settings.tuning(),
            link,
            new JobClassLoaders(
                new BlobCache(work, (key, target) -> link.fetchBlob(key.value(), target)),
                settings.userCode()),
            checkpoints,
            backends(work, settings),
            remote),
        () -> new TaskManagerId("local-" + number + "-" + ++connections[0]),
        fatal ->
            broken.completeExceptionally(
                new IllegalStateException("The in-process cluster is broken: " + fatal.reason())));
  }

  private RocksDbEnvironment backends(Path work, Settings settings) {
    RocksDbEnvironment made = new RocksDbEnvironment(work.resolve("state"), settings.rocksDb());
    backends.add(made);
    return made;
  }

  /** The JobManager's door. */
  public Dispatcher dispatcher() {
    return jobManager.core();
  }

  /**
   * Submits a job; returns when it is stored.
   *
   * @throws JobSubmissionException if it was not taken
   */
  public JobHandle submit(JobGraph graph, Optional<String> savepoint, boolean allowDroppedState) {
    try {
      JobId id =
          dispatcher().submit(graph, savepoint, allowDroppedState).toCompletableFuture().get();
      return new Job(id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JobSubmissionException("Interrupted while submitting '" + graph.name() + "'", e);
    } catch (ExecutionException | CompletionException e) {
      throw new JobSubmissionException(
          "Job '" + graph.name() + "' was not taken: " + e.getCause().getMessage(), e.getCause());
    }
  }

  /** Ends all of it; what is not in a directory of its own is deleted. */
  @Override
  public void close() {
    taskManagers.forEach(TaskManagerNode::close);
    backends.forEach(RocksDbEnvironment::close);
    jobManager.close();
    exchanges.forEach(DataExchange::close);
    if (temporary) {
      delete(directory);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // A late upload may still write there; the system clears its temporary directory.
      return;
    }
  }

  /** A job of this cluster. */
  private final class Job implements JobHandle {
    private final JobId id;
    private final CompletableFuture<JobResult> result;

    Job(JobId id) {
      this.id = id;
      this.result =
          dispatcher()
              .onTermination(id)
              .thenApply(RemoteJob::result)
              .toCompletableFuture()
              .applyToEither(broken, job -> job);
    }

    @Override
    public JobId id() {
      return id;
    }

    @Override
    public CompletionStage<JobResult> result() {
      return result.copy();
    }

    @Override
    public CompletionStage<Void> cancel() {
      return dispatcher().cancel(id);
    }

    @Override
    public CompletionStage<String> savepoint(Optional<String> target) {
      return dispatcher().savepoint(id, target);
    }

    @Override
    public CompletionStage<String> stop(Optional<String> target, boolean drain) {
      return dispatcher().stop(id, target, drain);
    }
  }
}

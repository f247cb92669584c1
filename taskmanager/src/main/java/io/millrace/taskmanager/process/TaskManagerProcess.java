package io.millrace.taskmanager.process;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.ProcessOptions;
import io.millrace.core.config.StateOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.core.storage.FileStore;
import io.millrace.runtime.blob.BlobCache;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.checkpoint.CheckpointDirectory;
import io.millrace.runtime.edge.MetricsEndpoint;
import io.millrace.runtime.edge.ProcessMain;
import io.millrace.runtime.edge.ProcessReport;
import io.millrace.runtime.exchange.netty.DataExchange;
import io.millrace.runtime.exchange.netty.ExchangeMetrics;
import io.millrace.runtime.exchange.netty.ExchangeOptions;
import io.millrace.runtime.exchange.netty.NettyChannels;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.memory.DefaultMemory;
import io.millrace.runtime.memory.MachineMemory;
import io.millrace.runtime.memory.MemoryPlan;
import io.millrace.runtime.metrics.MemoryMetrics;
import io.millrace.runtime.metrics.ProcessMetrics;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.rpc.GrpcJobManagerLink;
import io.millrace.runtime.rpc.ToJobManager.TaskMetrics;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.task.TaskTuning;
import io.millrace.taskmanager.TaskManagerSettings;
import io.millrace.taskmanager.TaskManagerSettings.Address;
import io.millrace.taskmanager.TaskManagerSettings.Backoff;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;

/** The process of a TaskManager. */
public final class TaskManagerProcess {
  private static final Duration REGISTRATION_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration JOB_MANAGER_PATIENCE = Duration.ofSeconds(60);
  private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(60);
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

  private TaskManagerProcess() {}

  /**
   * @param args {@code -D key=value}
   */
  public static void main(String[] args) {
    ProcessMain.run("TaskManager", args, TaskManagerProcess::start);
  }

  private static AutoCloseable start(Configuration given) throws IOException, InterruptedException {
    MemoryPlan memory =
        MemoryPlan.ofTaskManager(given, () -> DefaultMemory.of(MachineMemory.total(), 1));
    ProcessMain.report(memory);
    Configuration configuration = memory.appliedTo(given);
    Optional<Path> jobManager = configuration.get(ProcessOptions.JOB_MANAGER_REPORT).map(Path::of);
    if (configuration.get(JobManagerOptions.RPC_PORT) == 0 && jobManager.isEmpty()) {
      throw new ConfigurationException(
          "jobmanager.rpc-port says where the JobManager is; it must be set for a TaskManager");
    }
    FileStore checkpoints = CheckpointDirectory.open(configuration);
    Optional<String> token = ProcessMain.token(configuration);
    String host = configuration.get(TaskManagerOptions.HOST);
    RocksDbSettings state = RocksDbSettings.of(configuration);
    if (configuration.isSet(StateOptions.ROCKSDB_OPTIONS)) {
      // Now rather than by the first job. Without them there is nothing that RocksDB could refuse.
      state.tuning().check();
    }
    WorkDirectory work = WorkDirectory.claim(parentOfWork(configuration));
    RocksDbEnvironment rocksDb = new RocksDbEnvironment(work.path().resolve("state"), state);
    ProcessMetrics metrics = new ProcessMetrics("taskmanager");
    DataExchange exchange =
        DataExchange.start(
            ExchangeOptions.of(
                    new ExchangeOptions.Identity(clusterId(token), Build.CURRENT.toString()))
                .withMemory(memory.directMemory().bytes())
                .withAddress(host, configuration.get(TaskManagerOptions.DATA_PORT)));
    MetricsEndpoint page =
        MetricsEndpoint.start(
            host, configuration.get(TaskManagerOptions.METRICS_PORT), metrics::scrape);
    // As late as can be: both processes may be starting at the same time.
    int rpcPort = rpcPort(configuration, jobManager);
    GrpcJobManagerLink link =
        new GrpcJobManagerLink(
            configuration.get(JobManagerOptions.HOST), rpcPort, Build.CURRENT, token);
    long pid = ProcessHandle.current().pid();
    AtomicInteger connections = new AtomicInteger();
    TaskTuning tuning = TaskTuning.of(configuration);
    TaskManagerNode node =
        new TaskManagerNode(
            new TaskManagerNode.Parts(
                new TaskManagerSettings(
                    new Address(host, exchange.port(), page.port()),
                    configuration.get(TaskManagerOptions.SLOTS),
                    pid,
                    Build.CURRENT.toString(),
                    REGISTRATION_TIMEOUT,
                    CANCEL_TIMEOUT,
                    BACKOFF),
                Runtime.getRuntime().availableProcessors(),
                tuning,
                link,
                new JobClassLoaders(
                    new BlobCache(
                        work.path(), (key, target) -> link.fetchBlob(key.value(), target)),
                    TaskManagerProcess.class.getClassLoader()),
                checkpoints,
                rocksDb,
                new NettyChannels(exchange, tuning.batchRecords())),
            // The port tells processes apart whose ids the system has given away again.
            () ->
                new TaskManagerId(
                    "tm-" + pid + "-" + exchange.port() + "-" + connections.incrementAndGet()),
            fatal -> ProcessMain.fail(fatal.reason()));
    register(metrics.registry(), exchange, node);
    register(metrics.registry(), rocksDb);
    MemoryMetrics.register(metrics.registry(), memory);
    node.start();
    new ProcessReport(
            Map.of(
                ProcessReport.DATA_PORT,
                Integer.toString(exchange.port()),
                ProcessReport.METRICS_PORT,
                Integer.toString(page.port())))
        .write(configuration);
    return () -> {
      node.close();
      rocksDb.close();
      link.close();
      exchange.close();
      page.close();
      work.close();
    };
  }

  private static int rpcPort(Configuration configuration, Optional<Path> jobManager)
      throws IOException, InterruptedException {
    int configured = configuration.get(JobManagerOptions.RPC_PORT);
    if (configured != 0) {
      return configured;
    }
    ProcessReport report = ProcessReport.await(jobManager.orElseThrow(), JOB_MANAGER_PATIENCE);
    return Integer.parseInt(report.values().get(ProcessReport.RPC_PORT));
  }

  private static Path parentOfWork(Configuration configuration) {
    return Path.of(
        configuration
            .get(TaskManagerOptions.WORK_DIRECTORY)
            .orElseGet(() -> System.getProperty("java.io.tmpdir")));
  }

  /** Tells clusters apart without telling the token. */
  private static String clusterId(Optional<String> token) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(("exchange " + token.orElse("")).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  private static void register(
      MeterRegistry registry, DataExchange exchange, TaskManagerNode node) {
    counter(
        registry,
        exchange,
        "batches.out",
        "Batches sent to other processes",
        ExchangeMetrics::batchesOut);
    counter(
        registry,
        exchange,
        "batches.in",
        "Batches received from other processes",
        ExchangeMetrics::batchesIn);
    counter(
        registry,
        exchange,
        "bytes.out",
        "Bytes sent to other processes",
        ExchangeMetrics::bytesOut);
    counter(
        registry,
        exchange,
        "bytes.in",
        "Bytes received from other processes",
        ExchangeMetrics::bytesIn);
    Gauge.builder("millrace.exchange.connections", exchange, e -> e.metrics().connections())
        .description("Live connections to other TaskManagers")
        .register(registry);
    Gauge.builder("millrace.taskmanager.subtasks", node, n -> n.metrics().size())
        .description("Subtasks that run here")
        .register(registry);
    Gauge.builder(
            "millrace.taskmanager.records.in",
            node,
            n -> n.metrics().stream().mapToLong(TaskMetrics::recordsIn).sum())
        .description("Records that the subtasks running here have taken")
        .register(registry);
  }

  private static void register(MeterRegistry registry, RocksDbEnvironment rocksDb) {
    Gauge.builder("millrace.rocksdb.block.cache.used", rocksDb, RocksDbEnvironment::usedBytes)
        .baseUnit("bytes")
        .description("What RocksDB's block cache holds, write buffers included")
        .register(registry);
    Gauge.builder("millrace.rocksdb.block.cache.pinned", rocksDb, RocksDbEnvironment::pinnedBytes)
        .baseUnit("bytes")
        .description("The part of it that can't be evicted now, write buffers included")
        .register(registry);
  }

  private static void counter(
      MeterRegistry registry,
      DataExchange exchange,
      String name,
      String description,
      ToDoubleFunction<ExchangeMetrics> value) {
    FunctionCounter.builder(
            "millrace.exchange." + name, exchange, e -> value.applyAsDouble(e.metrics()))
        .description(description)
        .register(registry);
  }
}

package io.millrace.jobmanager.process;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.ConfigOption;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.LocalFileStore;
import io.millrace.core.storage.StoreLocation;
import io.millrace.jobmanager.metrics.JobManagerMetrics;
import io.millrace.jobmanager.rest.RestBackend;
import io.millrace.jobmanager.rest.RestServer;
import io.millrace.jobmanager.rest.RestSettings;
import io.millrace.runtime.checkpoint.CheckpointDirectory;
import io.millrace.runtime.edge.ProcessMain;
import io.millrace.runtime.edge.ProcessReport;
import io.millrace.runtime.memory.MemoryPlan;
import io.millrace.runtime.metrics.MemoryMetrics;
import io.millrace.runtime.metrics.ProcessMetrics;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.rpc.GrpcControlServer;
import io.millrace.runtime.rpc.JobGraphCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The process of the JobManager. */
public final class JobManagerProcess {
  private static final int IO_THREADS = 8;
  private static final Duration SLOT_PATIENCE = Duration.ofSeconds(3);

  private JobManagerProcess() {}

  /**
   * @param args {@code -D key=value}
   */
  public static void main(String[] args) {
    ProcessMain.run("JobManager", args, JobManagerProcess::start);
  }

  private static AutoCloseable start(Configuration configuration) throws IOException {
    MemoryPlan memory = MemoryPlan.ofJobManager(configuration);
    ProcessMain.report(memory);
    String token =
        ProcessMain.token(configuration)
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        "rest.token-file must be set: whoever has the token may submit jobs"));
    RestSettings rest = RestSettings.from(configuration, token);
    Path ha = haDirectory(configuration);
    FileStore checkpoints = CheckpointDirectory.open(configuration);
    FileLock lock = lock(ha);
    JobManagerNode node =
        new JobManagerNode(
            new JobManagerNode.Parts(
                new LocalFileStore(ha),
                checkpoints,
                // What is found there is verified before it is used.
                Files.createDirectories(ha.resolve("cache")),
                JobManagerProcess.class.getClassLoader(),
                new JobManagerNode.Settings(
                    configuration.get(TaskManagerOptions.HEARTBEAT_INTERVAL),
                    configuration.get(JobManagerOptions.HEARTBEAT_TIMEOUT),
                    configuration.get(JobManagerOptions.RETAINED_JOBS),
                    SLOT_PATIENCE,
                    IO_THREADS),
                configuration.get(CheckpointOptions.SAVEPOINT_DIRECTORY)));
    GrpcControlServer control =
        GrpcControlServer.start(
            node.core(),
            new InetSocketAddress(
                configuration.get(JobManagerOptions.HOST),
                configuration.get(JobManagerOptions.RPC_PORT)),
            Build.CURRENT,
            Optional.of(token));
    ProcessMetrics metrics = new ProcessMetrics("jobmanager");
    MemoryMetrics.register(metrics.registry(), memory);
    JobManagerMetrics jobs = new JobManagerMetrics(node.core(), metrics.registry());
    RestServer server =
        RestServer.start(
            rest,
            new RestBackend(
                node.core(),
                bytes -> node.blobs().put(bytes).value(),
                JobGraphCodec::decode,
                () -> {
                  jobs.refresh();
                  return metrics.scrape();
                },
                Build.CURRENT.version()));
    new ProcessReport(
            Map.of(
                ProcessReport.REST,
                server.address(),
                ProcessReport.RPC_PORT,
                Integer.toString(control.port())))
        .write(configuration);
    return () -> {
      server.close();
      node.close();
      control.close();
      lock.close();
    };
  }

  /** Two JobManagers on one HA directory would each run its jobs. */
  private static FileLock lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw new ConfigurationException(
          "Another JobManager uses the directory "
              + directory
              + ": end it, or set jobmanager.ha-directory to another one");
    }
    return lock;
  }

  private static Path haDirectory(Configuration configuration) throws IOException {
    ConfigOption<Optional<String>> option = JobManagerOptions.HA_DIRECTORY;
    String text =
        configuration
            .get(option)
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        option.key() + " must be set: where jobs and jars are kept"));
    if (StoreLocation.parse(text).isPresent()) {
      throw new ConfigurationException(
          option.key()
              + " "
              + text
              + " is no directory of a file system, which it must be: it is locked. Only"
              + " checkpoint.directory and checkpoint.savepoint-directory may be elsewhere");
    }
    Path path = Path.of(text);
    try {
      return Files.createDirectories(path).toAbsolutePath();
    } catch (IOException e) {
      throw new IOException(option.key() + " " + path + " can't be made: " + e.getMessage(), e);
    }
  }
}

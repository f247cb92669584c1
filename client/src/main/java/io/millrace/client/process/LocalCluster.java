package io.millrace.client.process;

import io.millrace.client.ClusterException;
import io.millrace.client.MillraceClient;
import io.millrace.client.process.ClusterProcesses.Launch;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.client.process.RunDirectory.State;
import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.ConfigOption;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.ProcessOptions;
import io.millrace.core.config.RestOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.core.storage.StoreLocation;
import io.millrace.jobmanager.rest.RestSettings;
import io.millrace.runtime.edge.ProcessReport;
import io.millrace.runtime.memory.DefaultMemory;
import io.millrace.runtime.memory.MachineMemory;
import io.millrace.runtime.memory.MemoryPlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A cluster of processes on this machine: one JobManager and some TaskManagers. A detached one
 * outlives the caller ({@code cluster start}); one that is not ends with the calling process,
 * however that ends (the demo, tests). Used by one thread.
 */
public final class LocalCluster {
  /** Main class of the JobManager's process. */
  public static final String JOB_MANAGER = "io.millrace.jobmanager.process.JobManagerProcess";

  /** Main class of a TaskManager's process. */
  public static final String TASK_MANAGER = "io.millrace.taskmanager.process.TaskManagerProcess";

  private static final String JOB_MANAGER_ROLE = "jobmanager";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final RunDirectory directory;
  private final Configuration configuration;
  private final MemoryPlan jobManagerMemory;
  private final MemoryPlan taskManagerMemory;
  private final ClusterProcesses launcher;
  private final List<ClusterProcess> processes = new ArrayList<>();
  private final String token;
  private String rest = "";
  private int rpcPort;
  private int jobManagers;
  private int taskManagers;

  private LocalCluster(
      RunDirectory directory,
      Configuration configuration,
      int taskManagers,
      boolean detached,
      String classPath) {
    this.directory = directory;
    this.configuration = configuration;
    this.jobManagerMemory = MemoryPlan.ofJobManager(configuration);
    this.taskManagerMemory =
        MemoryPlan.ofTaskManager(
            configuration, () -> DefaultMemory.of(MachineMemory.total(), taskManagers));
    this.launcher = new ClusterProcesses(directory, detached, classPath);
    this.token = configuration.find(RestOptions.TOKEN).orElseGet(LocalCluster::newToken);
  }

  /**
   * Starts a cluster; returns when all its TaskManagers are registered.
   *
   * @throws ClusterException if one is running already, or a process does not come up; then all are
   *     ended again
   */
  public static LocalCluster start(
      RunDirectory directory, Configuration configuration, int taskManagers, boolean detached)
      throws InterruptedException {
    return start(
        directory, configuration, taskManagers, detached, System.getProperty("java.class.path"));
  }

  /**
   * The same with another class path than that of this process, for a caller that has more on its
   * own than a cluster should.
   */
  public static LocalCluster start(
      RunDirectory directory,
      Configuration configuration,
      int taskManagers,
      boolean detached,
      String classPath)
      throws InterruptedException {
    return start(
        configuration,
        taskManagers,
        new LocalCluster(directory, configuration, taskManagers, detached, classPath));
  }

  private static LocalCluster start(
      Configuration configuration, int taskManagers, LocalCluster cluster)
      throws InterruptedException {
    RunDirectory directory = cluster.directory;
    directory
        .state()
        .filter(State::isAlive)
        .ifPresent(
            state -> {
              throw new ClusterException(
                  "A cluster is already running at " + state.rest(),
                  "End it first: millrace cluster stop");
            });
    // Wrong settings are told here, not by a log.
    RestSettings.from(configuration, cluster.token);
    boolean up = false;
    try {
      directory.create();
      directory.writeToken(cluster.token);
      // All at once: a TaskManager waits for the JobManager's report by itself.
      ClusterProcess jobManager = cluster.launchJobManager();
      for (int i = 0; i < taskManagers; i++) {
        cluster.launchTaskManager();
      }
      cluster.awaitJobManager(jobManager);
      cluster.awaitTaskManagers(taskManagers);
      up = true;
      return cluster;
    } catch (IOException e) {
      throw new ClusterException(
          "Can't start a cluster in " + directory.path() + ": " + e.getMessage(),
          "Set MILLRACE_RUN_DIR to a directory that can be written",
          e);
    } finally {
      if (!up) {
        cluster.stop();
      }
    }
  }

  /** Ends the cluster that was started here; returns what it was. */
  public static Optional<State> stop(RunDirectory directory) throws InterruptedException {
    Optional<State> state = directory.state();
    if (state.isPresent()) {
      end(directory, state.get().processes());
    }
    return state;
  }

  /** Ends all its processes and forgets them; logs and data stay. */
  public void stop() throws InterruptedException {
    end(directory, processes);
  }

  private static void end(RunDirectory directory, List<ClusterProcess> processes)
      throws InterruptedException {
    ClusterProcesses.stop(processes, STOP);
    try {
      directory.clear();
    } catch (IOException e) {
      throw new ClusterException(
          "Can't delete the files in " + directory.path() + ": " + e.getMessage(), "", e);
    }
  }

  /** What each TaskManager may take of memory. */
  public MemoryPlan taskManagerMemory() {
    return taskManagerMemory;
  }

  public State state() {
    return new State(rest, processes);
  }

  public MillraceClient client() {
    return new MillraceClient(URI.create(rest), Optional.of(token));
  }

  /** Starts one more TaskManager; it registers by itself. */
  public ClusterProcess launchTaskManager() throws IOException {
    taskManagers++;
    Map<String, String> settings = settings();
    if (rpcPort == 0) {
      settings.put(
          ProcessOptions.JOB_MANAGER_REPORT.key(), launcher.report(JOB_MANAGER_ROLE).toString());
    } else {
      settings.put(JobManagerOptions.RPC_PORT.key(), Integer.toString(rpcPort));
    }
    if (!configuration.isSet(MemoryOptions.HEAP)) {
      // The default is of this moment and of those that were started together.
      settings.put(MemoryOptions.PROCESS_MEMORY.key(), taskManagerMemory.total().toString());
    }
    if (taskManagers > 1) {
      // A configured port is the first one's; two can't have it.
      settings.remove(TaskManagerOptions.DATA_PORT.key());
      settings.remove(TaskManagerOptions.METRICS_PORT.key());
    }
    return launch(
        "taskmanager-" + taskManagers,
        TASK_MANAGER,
        taskManagerMemory,
        TaskManagerOptions.JVM_OPTIONS,
        settings);
  }

  /**
   * Puts a new process in the place of one, which is killed if it still lives. A JobManager gets
   * the ports of the old one, and is up when this returns; a TaskManager registers by itself.
   */
  public ClusterProcess replace(ClusterProcess old) throws IOException, InterruptedException {
    forget(old);
    if (!old.role().startsWith(JOB_MANAGER_ROLE)) {
      return launchTaskManager();
    }
    ClusterProcess jobManager = launchJobManager();
    awaitJobManager(jobManager);
    return jobManager;
  }

  /** Kills a process as {@code kill -9} does, if it still lives, and takes it off the list. */
  public void forget(ClusterProcess process) throws IOException, InterruptedException {
    process.find().ifPresent(ProcessHandle::destroyForcibly);
    while (process.find().isPresent()) {
      Thread.sleep(5);
    }
    processes.remove(process);
    directory.write(state());
  }

  /** Waits until so many TaskManagers are registered, as the JobManager sees it. */
  public void awaitTaskManagers(int count) throws InterruptedException {
    MillraceClient client = client();
    Instant end = Instant.now().plus(PATIENCE);
    while (client.taskManagers().size() < count) {
      for (ClusterProcess process : processes) {
        if (process.find().isEmpty()) {
          throw ClusterProcesses.died(process);
        }
      }
      if (Instant.now().isAfter(end)) {
        throw new ClusterException(
            "Only "
                + client.taskManagers().size()
                + " of "
                + count
                + " TaskManagers registered within "
                + PATIENCE.toSeconds()
                + " s",
            "The logs: " + directory.logs());
      }
      Thread.sleep(20);
    }
  }

  private ClusterProcess launchJobManager() throws IOException {
    jobManagers++;
    Map<String, String> settings = settings();
    if (jobManagers > 1) {
      // TaskManagers and clients know the address of the first.
      settings.put(JobManagerOptions.RPC_PORT.key(), Integer.toString(rpcPort));
      settings.put(RestOptions.PORT.key(), Integer.toString(URI.create(rest).getPort()));
    }
    return launch(
        jobManagers == 1 ? JOB_MANAGER_ROLE : JOB_MANAGER_ROLE + "-" + jobManagers,
        JOB_MANAGER,
        jobManagerMemory,
        JobManagerOptions.JVM_OPTIONS,
        settings);
  }

  private void awaitJobManager(ClusterProcess process) throws IOException, InterruptedException {
    ProcessReport report = launcher.await(process);
    rest = report.values().get(ProcessReport.REST);
    rpcPort = Integer.parseInt(report.values().get(ProcessReport.RPC_PORT));
    directory.write(state());
  }

  private ClusterProcess launch(
      String role,
      String mainClass,
      MemoryPlan memory,
      ConfigOption<String> jvmOptions,
      Map<String, String> settings)
      throws IOException {
    List<String> jvm = new ArrayList<>(memory.jvmOptions());
    for (String option : configuration.get(jvmOptions).split("\\s+")) {
      if (!option.isEmpty()) {
        jvm.add(option);
      }
    }
    ClusterProcess process = launcher.start(new Launch(role, mainClass, jvm, settings));
    processes.add(process);
    // At once: whoever ends a cluster that is half up must find all of it.
    directory.write(state());
    return process;
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>(configuration.texts());
    // Arguments can be seen by everybody on the machine.
    settings.remove(RestOptions.TOKEN.key());
    settings.put(RestOptions.TOKEN_FILE.key(), directory.tokenFile().toString());
    Path data = directory.data();
    settings.putIfAbsent(CheckpointOptions.DIRECTORY.key(), data.resolve("checkpoints").toString());
    if (StoreLocation.parse(settings.get(CheckpointOptions.DIRECTORY.key())).isEmpty()) {
      // Else they go to the jobs' own directories there: other machines must reach them.
      settings.putIfAbsent(
          CheckpointOptions.SAVEPOINT_DIRECTORY.key(), data.resolve("savepoints").toString());
    }
    settings.putIfAbsent(JobManagerOptions.HA_DIRECTORY.key(), data.resolve("ha").toString());
    settings.putIfAbsent(TaskManagerOptions.WORK_DIRECTORY.key(), directory.work().toString());
    return settings;
  }

  private static String newToken() {
    byte[] bytes = new byte[24];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}

package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.client.ClusterException;
import io.millrace.client.MillraceClient;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.runtime.faults.FailPoint;
import io.millrace.runtime.faults.FailPoints;
import io.millrace.testing.kafka.KafkaBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A broker and a cluster as child processes, and what can be done to them. Logs stay in {@code
 * target}, all else is deleted.
 */
final class FaultyCluster implements AutoCloseable {
  static final int TASK_MANAGERS = 2;
  static final int SLOTS = 4;

  /** Generous: the machine may be busy with other things. Nothing waits for it to pass. */
  static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final Duration LOOK = Duration.ofMillis(25);

  private final Path directory;
  private final Path failPoints;
  private final Path jar;
  private final KafkaBroker broker;
  private final LocalCluster processes;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<FailPoint, Integer> armed = new EnumMap<>(FailPoint.class);
  private int runs;

  private FaultyCluster(Path directory, UnaryOperator<Configuration> settings)
      throws IOException, InterruptedException {
    this.directory = directory;
    this.failPoints = Files.createDirectories(directory.resolve("fail-points"));
    this.jar = JobJarFile.write(directory.resolve("job.jar"));
    this.broker = KafkaBroker.builder().parentDirectory(directory).start();
    String armable = " -D" + FailPoints.PROPERTY + "=" + failPoints.toAbsolutePath();
    Configuration configuration =
        Configuration.empty()
            .with(TaskManagerOptions.SLOTS, Integer.toString(SLOTS / TASK_MANAGERS))
            .with(MemoryOptions.HEAP, "384 MiB")
            .with(TaskManagerOptions.HEARTBEAT_INTERVAL, "200 ms")
            .with(JobManagerOptions.HEARTBEAT_TIMEOUT, "3 s")
            .with(JobManagerOptions.JVM_OPTIONS, small(armable))
            .with(TaskManagerOptions.JVM_OPTIONS, small(armable));
    LocalCluster started = null;
    try {
      started =
          LocalCluster.start(
              new RunDirectory(directory.resolve("run").toAbsolutePath()),
              settings.apply(configuration),
              TASK_MANAGERS,
              false,
              TestClassPath.ofCluster());
    } finally {
      if (started == null) {
        broker.close();
      }
    }
    this.processes = started;
  }

  private static String small(String more) {
    return "-XX:+UseSerialGC -XX:TieredStopAtLevel=1" + more;
  }

  static FaultyCluster start(String name) throws IOException, InterruptedException {
    return start(name, configuration -> configuration);
  }

  /**
   * @param settings over those that all these clusters have
   */
  static FaultyCluster start(String name, UnaryOperator<Configuration> settings)
      throws IOException, InterruptedException {
    Path directory = Path.of("target", "faults", name).toAbsolutePath();
    delete(directory);
    return new FaultyCluster(Files.createDirectories(directory), settings);
  }

  KafkaBroker broker() {
    return broker;
  }

  MillraceClient client() {
    return processes.client();
  }

  Path jar() {
    return jar;
  }

  int nextRun() {
    return ++runs;
  }

  // ---- waiting

  /** Waits until it holds; a JobManager that is down is waited for. */
  static void until(String what, Callable<Boolean> condition) {
    await(what)
        .atMost(PATIENCE)
        .pollInterval(LOOK)
        .pollDelay(Duration.ZERO)
        .ignoreExceptionsMatching(ClusterException.class::isInstance)
        .until(condition);
  }

  /** Waits until all is as it was at the start. */
  void awaitWhole() {
    until(
        "all slots are free",
        () ->
            client().taskManagers().size() == TASK_MANAGERS
                && client().taskManagers().stream().mapToInt(TaskManagerView::freeSlots).sum()
                    == SLOTS);
  }

  // ---- faults

  List<ClusterProcess> taskManagers() {
    return processes.state().processes().stream()
        .filter(process -> process.role().startsWith("taskmanager"))
        .toList();
  }

  ClusterProcess jobManager() {
    return processes.state().processes().stream()
        .filter(process -> process.role().startsWith("jobmanager"))
        .findFirst()
        .orElseThrow();
  }

  /** Where the processes log. */
  Path logs() {
    return directory.resolve("run/logs");
  }

  ClusterProcess anyTaskManager(Random random) {
    List<ClusterProcess> all = taskManagers();
    return all.get(random.nextInt(all.size()));
  }

  /** As {@code kill -9} does; another one is started in its place. */
  void killAndReplace(ClusterProcess process) throws IOException, InterruptedException {
    processes.replace(process);
  }

  /** As {@code kill -9} does; nothing comes in its place. */
  void kill(ClusterProcess process) throws IOException, InterruptedException {
    processes.forget(process);
  }

  void launchTaskManager() throws IOException {
    processes.launchTaskManager();
  }

  void signal(ClusterProcess process, String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).as("kill -" + signal).isZero();
  }

  boolean isRegistered(ClusterProcess process) {
    return client().taskManagers().stream().anyMatch(tm -> tm.processId() == process.pid());
  }

  /** The next process that comes by dies there. */
  void arm(FailPoint point) throws IOException {
    FailPoints.arm(failPoints, point, armed.merge(point, 1, Integer::sum));
  }

  /** How often processes have died there. */
  int hits(FailPoint point) throws IOException {
    return FailPoints.fired(failPoints, point).size();
  }

  /** Waits until one more process has died at a point, and returns it. */
  ClusterProcess awaitDeath(FailPoint point) throws IOException {
    until("a process dies at " + point.id(), () -> deadAt(point).isPresent());
    return deadAt(point).orElseThrow();
  }

  private Optional<ClusterProcess> deadAt(FailPoint point) throws IOException {
    List<Long> dead = FailPoints.fired(failPoints, point);
    return processes.state().processes().stream()
        .filter(process -> dead.contains(process.pid()) && process.find().isEmpty())
        .findFirst();
  }

  // ---- what the processes say of themselves

  /** A counter of a TaskManager, summed over its labels. */
  double counterOf(TaskManagerView taskManager, String counter)
      throws IOException, InterruptedException {
    URI page =
        URI.create("http://" + taskManager.host() + ":" + taskManager.metricsPort() + "/metrics");
    String body = http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    return body.lines()
        .filter(line -> line.startsWith(counter))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() throws InterruptedException, IOException {
    for (FailPoint point : FailPoint.values()) {
      System.out.println("fail point " + point.id() + ": " + hits(point) + " hits");
    }
    processes.stop();
    broker.close();
    for (String part : List.of("run/data", "run/work", "job.jar", "fail-points")) {
      delete(directory.resolve(part));
    }
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}

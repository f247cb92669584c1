package io.millrace.client.process;

import io.millrace.client.ClusterException;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.runtime.edge.ProcessReport;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Starts processes of a cluster and waits until they say that they are up. A detached one is the
 * leader of a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.
 */
public final class ClusterProcesses {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final int TAIL_LINES = 15;

  /**
   * For glibc's allocator, which would give each thread of RocksDB and of the compilers an arena of
   * its own, and keep in it what was once needed. What the caller's environment says of it wins.
   */
  private static final Map<String, String> ALLOCATOR = Map.of("MALLOC_ARENA_MAX", "2");

  private final RunDirectory directory;
  private final boolean detached;
  private final String classPath;

  /**
   * @param classPath of the processes
   */
  public ClusterProcesses(RunDirectory directory, boolean detached, String classPath) {
    this.directory = directory;
    this.detached = detached;
    this.classPath = classPath;
  }

  /**
   * A process to be.
   *
   * @param role names it: "jobmanager", "taskmanager-1"
   * @param settings configuration options, by key
   */
  public record Launch(
      String role, String mainClass, List<String> jvmOptions, Map<String, String> settings) {}

  /** Starts a process; it is not up yet. */
  public ClusterProcess start(Launch launch) throws IOException {
    Path log = directory.logs().resolve(launch.role() + ".log");
    Files.deleteIfExists(log);
    Files.deleteIfExists(report(launch.role()));
    List<String> command = new ArrayList<>();
    if (detached && isOnPath("setsid")) {
      command.add("setsid");
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // An operator that was compiled by itself is not compiled into its chain again if it came out
    // larger than 2,500 bytes, HotSpot's default; then its records are objects.
    command.add("-XX:InlineSmallCode=6000");
    command.addAll(launch.jvmOptions());
    command.add("-Xshare:auto");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-Dlogback.configurationFile=millrace-process-logback.xml");
    command.add("-cp");
    command.add(classPath);
    command.add(launch.mainClass());
    Map<String, String> settings = new TreeMap<>(launch.settings());
    settings.put("process.report-file", report(launch.role()).toString());
    if (!detached) {
      settings.put("process.parent", Long.toString(ProcessHandle.current().pid()));
    }
    settings.forEach(
        (key, value) -> {
          command.add("-D");
          command.add(key + "=" + value);
        });
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(log.toFile())
            .redirectErrorStream(true);
    ALLOCATOR.forEach(builder.environment()::putIfAbsent);
    Process process = builder.start();
    return new ClusterProcess(
        launch.role(), process.pid(), process.info().startInstant().orElse(Instant.EPOCH), log);
  }

  /**
   * Waits until a process says where it listens.
   *
   * @throws ClusterException if it dies or says nothing, with what its log ends with
   */
  public ProcessReport await(ClusterProcess process) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end)) {
      boolean alive = process.find().isPresent();
      Optional<ProcessReport> report = ProcessReport.read(report(process.role()));
      if (report.isPresent()) {
        return report.get();
      }
      if (!alive) {
        throw died(process);
      }
      Thread.sleep(LOOK.toMillis());
    }
    throw new ClusterException(
        "The " + process.role() + " did not come up within " + PATIENCE.toSeconds() + " s",
        "Its log: " + process.log());
  }

  /** Why a process is not there any more, as far as its log tells. */
  public static ClusterException died(ClusterProcess process) {
    List<String> lines = new ArrayList<>();
    try {
      lines =
          new String(Files.readAllBytes(process.log()), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      // Then there is nothing to quote.
    }
    // Processes that refuse to start say why in one line, as commands do.
    Optional<String> reason =
        lines.stream().filter(line -> line.startsWith("millrace: ")).reduce((a, b) -> b);
    String tail =
        String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    return new ClusterException(
        "The "
            + process.role()
            + " did not start: "
            + reason.map(line -> line.substring(10)).orElse("its log ends with\n" + tail),
        "Its log: " + process.log());
  }

  /** Ends processes: asks them to, and kills those that have not ended after the patience. */
  public static void stop(List<ClusterProcess> processes, Duration patience)
      throws InterruptedException {
    List<ProcessHandle> handles =
        processes.stream().map(ClusterProcess::find).flatMap(Optional::stream).toList();
    handles.forEach(ProcessHandle::destroy);
    Instant end = Instant.now().plus(patience);
    while (handles.stream().anyMatch(ProcessHandle::isAlive) && Instant.now().isBefore(end)) {
      Thread.sleep(LOOK.toMillis());
    }
    handles.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
    Instant killed = Instant.now().plus(patience);
    while (handles.stream().anyMatch(ProcessHandle::isAlive) && Instant.now().isBefore(killed)) {
      Thread.sleep(LOOK.toMillis());
    }
  }

  /** Where a process says that it is up, and where it listens. */
  Path report(String role) {
    return directory.path().resolve(role + ".report");
  }

  private static boolean isOnPath(String program) {
    for (String part : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(part, program))) {
        return true;
      }
    }
    return false;
  }
}

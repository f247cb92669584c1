package io.millrace.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.benchmarks.Bench;
import io.millrace.benchmarks.TemporaryDirectory;
import io.millrace.benchmarks.compare.Contender.Engine;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Runs contenders, each in a Java process of its own with the same heap and collector. */
final class Launcher {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> OPENED_FOR_PEERS =
      List.of(
          "java.base/java.lang",
          "java.base/java.util",
          "java.base/java.nio",
          "java.base/sun.nio.ch",
          "java.base/java.time",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/java.lang.invoke");

  private final Path peers;
  private final List<String> jvmOptions;
  private final Path directory;
  private final Consumer<String> raw;

  /**
   * @param peers folder of the other engines' measurements; built if it is not
   * @param directory for logs
   * @param raw is told each line as it comes
   */
  Launcher(Path peers, List<String> jvmOptions, Path directory, Consumer<String> raw) {
    this.peers = peers;
    this.jvmOptions = List.copyOf(jvmOptions);
    this.directory = directory;
    this.raw = raw;
  }

  /** Builds the peers if there is no build yet. */
  void prepare() throws IOException, InterruptedException {
    if (!Files.exists(peers.resolve("run.sh"))) {
      throw new IllegalArgumentException(
          peers
              + " is no folder of peers: it has no run.sh. Set MILLRACE_PEERS to a copy that can be"
              + " written");
    }
    // It has to be called once in any case: it builds what is not up to date.
    run(
        List.of("./run.sh", "plain", "map-filter", "--n", "1k", "--runs", "1", "--warm", "0"),
        "peers-build");
  }

  /**
   * Measures, in one process, each number of records after a warm-up.
   *
   * @throws IllegalStateException if the engine failed, with where its log is
   */
  List<JsonNode> measure(Contender contender, List<Long> records, long warmUp)
      throws IOException, InterruptedException {
    try (TemporaryDirectory work = TemporaryDirectory.create("millrace-compare-work-")) {
      return measure(contender, records, warmUp, work);
    }
  }

  private List<JsonNode> measure(
      Contender contender, List<Long> records, long warmUp, TemporaryDirectory work)
      throws IOException, InterruptedException {
    String sizes = records.stream().map(Object::toString).collect(Collectors.joining(","));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    if (contender.engine() == Engine.MILLRACE) {
      command.add("-Dlogback.configurationFile=millrace-client-logback.xml");
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
      command.add(contender.workload());
      command.addAll(contender.options());
      command.addAll(
          List.of("--json", "--runs", "1", "--records", sizes, "--warm", Long.toString(warmUp)));
    } else {
      peer(command, work.path());
      command.add(contender.engine() == Engine.FLINK ? "peers.FlinkPeer" : "peers.PlainPeer");
      command.addAll(List.of(contender.workload(), sizes, Long.toString(warmUp)));
      command.addAll(contender.options());
    }
    List<JsonNode> lines = run(command, contender.engine().name());
    if (lines.size() != records.size()) {
      throw new IllegalStateException(
          contender + " printed " + lines.size() + " lines, not " + records.size());
    }
    return lines;
  }

  private void peer(List<String> command, Path work) throws IOException {
    command.add("-XX:MaxDirectMemorySize=4g");
    for (String packageName : OPENED_FOR_PEERS) {
      command.add("--add-opens=" + packageName + "=ALL-UNNAMED");
    }
    Files.createDirectories(work.resolve("tmp"));
    command.add("-Dpeers.work=" + work);
    command.add("-Djava.io.tmpdir=" + work.resolve("tmp"));
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            peers.resolve("target/classes").toString(),
            peers.resolve("target/lib") + "/*",
            ownCode()));
    command.add(PeerRuns.class.getName());
  }

  /** Where this class is from: a jar or a directory. */
  private static String ownCode() {
    return Path.of(
            URI.create(
                Launcher.class.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  private List<JsonNode> run(List<String> command, String name)
      throws IOException, InterruptedException {
    Path log = directory.resolve(name.toLowerCase(Locale.ROOT) + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(peers.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // For what a process starts by itself: the TaskManagers of a benchmark.
    builder.environment().putAll(Map.of("MILLRACE_BENCH_JVM", String.join(" ", jvmOptions)));
    Process process = builder.start();
    Thread end = new Thread(process::destroy, "millrace-compare-interrupted");
    Runtime.getRuntime().addShutdownHook(end);
    List<JsonNode> lines = new ArrayList<>();
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith("{")) {
          raw.accept(line);
          lines.add(JSON.readTree(line));
        }
      }
    }
    int code = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(end);
    if (code != 0) {
      throw new IllegalStateException(
          String.join(" ", command) + " ended with " + code + "; its log: " + log);
    }
    return lines;
  }
}

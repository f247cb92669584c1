package io.millrace.runtime.edge;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ProcessOptions;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a process says of itself to whoever started it, once it is up: {@code rest} (address of the
 * REST interface), {@code rpc-port}, {@code data-port}, {@code metrics-port}, {@code id}.
 */
public record ProcessReport(Map<String, String> values) {
  public static final String REST = "rest";
  public static final String RPC_PORT = "rpc-port";
  public static final String DATA_PORT = "data-port";
  public static final String METRICS_PORT = "metrics-port";
  public static final String ID = "id";

  private static final Duration LOOK = Duration.ofMillis(10);

  public ProcessReport {
    values = Map.copyOf(values);
  }

  /** Writes it where the configuration says, if it says so; readers see all of it or nothing. */
  public void write(Configuration configuration) throws IOException {
    Optional<String> file = configuration.get(ProcessOptions.REPORT_FILE);
    if (file.isEmpty()) {
      return;
    }
    Path path = Path.of(file.get());
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    Properties properties = new Properties();
    new TreeMap<>(values).forEach(properties::setProperty);
    try (Writer out = Files.newBufferedWriter(temporary)) {
      properties.store(out, null);
    }
    Files.move(
        temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Reads it; empty if it was not written yet. */
  public static Optional<ProcessReport> read(Path path) throws IOException {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(path)) {
      properties.load(in);
    }
    Map<String, String> values = new TreeMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> values.put(name, properties.getProperty(name)));
    return Optional.of(new ProcessReport(values));
  }

  /**
   * Waits until another process has written its report.
   *
   * @throws IOException if it has not within the patience
   */
  public static ProcessReport await(Path path, Duration patience)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<ProcessReport> report = read(path);
      if (report.isPresent()) {
        return report.get();
      }
      if (System.nanoTime() - end >= 0) {
        throw new IOException(
            "No process has said in "
                + path
                + " where it listens, within "
                + patience.toSeconds()
                + " s: did it start? Its log tells");
      }
      Thread.sleep(LOOK.toMillis());
    }
  }

  /**
   * Ends this process at once when the one that the configuration names as its parent is gone, in
   * whatever way that ended.
   */
  public static void followParent(Configuration configuration) {
    int parent = configuration.get(ProcessOptions.PARENT);
    if (parent == 0) {
      return;
    }
    Optional<ProcessHandle> handle = ProcessHandle.of(parent);
    if (handle.isEmpty()) {
      Runtime.getRuntime().halt(1);
    }
    handle.get().onExit().thenRun(() -> Runtime.getRuntime().halt(1));
  }
}

package io.millrace.client.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.client.ClusterException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code cluster start} leaves for the other commands: which processes run, where REST is, the
 * token, logs and data. Only its owner may read it. {@code MILLRACE_RUN_DIR} says where it is, else
 * it is {@code ~/.millrace/run}.
 *
 * @param path of the directory
 */
public record RunDirectory(Path path) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where it is for this environment. */
  public static RunDirectory of(Map<String, String> environment) {
    String named = environment.getOrDefault("MILLRACE_RUN_DIR", "");
    return new RunDirectory(
        named.isBlank()
            ? Path.of(System.getProperty("user.home"), ".millrace", "run")
            : Path.of(named).toAbsolutePath());
  }

  /**
   * A child process of the cluster.
   *
   * @param role "jobmanager", "taskmanager-1"
   * @param started as the system reports it, so that a process id that was given away again is not
   *     mistaken for it
   */
  public record ClusterProcess(String role, long pid, Instant started, Path log) {
    /** The process, if it is still the same one. */
    public Optional<ProcessHandle> find() {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(
              handle ->
                  handle
                      .info()
                      .startInstant()
                      .map(instant -> instant.equals(started))
                      .orElse(true));
    }
  }

  /**
   * The cluster that was started here.
   *
   * @param rest address of its REST interface
   */
  public record State(String rest, List<ClusterProcess> processes) {
    public State {
      processes = List.copyOf(processes);
    }

    public boolean isAlive() {
      return processes.stream().anyMatch(process -> process.find().isPresent());
    }
  }

  public Path logs() {
    return path.resolve("logs");
  }

  public Path data() {
    return path.resolve("data");
  }

  /** What processes keep only while they run. */
  public Path work() {
    return path.resolve("work");
  }

  public Path tokenFile() {
    return path.resolve("token");
  }

  private Path stateFile() {
    return path.resolve("cluster.json");
  }

  /** Makes the directory and its parts, for the owner alone. */
  void create() throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    if (!Files.isDirectory(path)) {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.createDirectories(logs());
    Files.createDirectories(data());
  }

  /** Writes the token with mode 0600: it is never readable by others, not even for a moment. */
  void writeToken(String token) throws IOException {
    Files.deleteIfExists(tokenFile());
    Files.createFile(
        tokenFile(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(tokenFile(), token + "\n");
  }

  /** The token of the cluster that was started here. */
  public Optional<String> token() {
    try {
      return Optional.of(Files.readString(tokenFile()).strip()).filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void write(State state) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("rest", state.rest());
    ArrayNode processes = json.putArray("processes");
    for (ClusterProcess process : state.processes()) {
      processes
          .addObject()
          .put("role", process.role())
          .put("pid", process.pid())
          .put("started", process.started().toString())
          .put("log", process.log().toString());
    }
    Path temporary = path.resolve("cluster.json.tmp");
    Files.writeString(temporary, json.toPrettyString() + "\n");
    Files.move(
        temporary,
        stateFile(),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** What was started here and not stopped; its processes may have died since. */
  public Optional<State> state() {
    if (!Files.exists(stateFile())) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(Files.readString(stateFile()));
      List<ClusterProcess> processes = new ArrayList<>();
      for (JsonNode node : json.path("processes")) {
        processes.add(
            new ClusterProcess(
                node.path("role").asText(),
                node.path("pid").asLong(),
                Instant.parse(node.path("started").asText()),
                Path.of(node.path("log").asText())));
      }
      return Optional.of(new State(json.path("rest").asText(), processes));
    } catch (IOException | RuntimeException e) {
      throw new ClusterException(
          "Can't read " + stateFile() + ": " + e.getMessage(),
          "End the cluster's processes by hand and delete the file",
          e);
    }
  }

  /** Forgets the cluster; logs and data stay. */
  void clear() throws IOException {
    Files.deleteIfExists(stateFile());
    Files.deleteIfExists(tokenFile());
    if (Files.isDirectory(path)) {
      try (DirectoryStream<Path> reports = Files.newDirectoryStream(path, "*.report")) {
        for (Path report : reports) {
          Files.deleteIfExists(report);
        }
      }
    }
    if (Files.isDirectory(work())) {
      try (Stream<Path> files = Files.walk(work())) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}

package io.millrace.processtests.badinput;

import static io.millrace.processtests.badinput.Stage.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.RestOptions;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.processtests.badinput.Stage.Ended;
import io.millrace.processtests.badinput.jobs.BadJobs;
import io.millrace.processtests.badinput.jobs.Payment;
import io.millrace.runtime.edge.ProcessReport;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.rpc.Build;
import io.millrace.taskmanager.process.TaskManagerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What users get wrong, one row each: the input, the exit code, what the message says, and the
 * effect on data. Beside it all runs the witness, a job that numbers payments exactly once; after
 * every row it must still run, and at the end it must have lost nothing.
 */
class BadInputTest {
  private static final Duration ROW = Duration.ofSeconds(60);

  @TempDir static Path directory;
  private static Stage stage;
  private static Path savepoint;

  /** Gives the input and waits for how it ends. */
  @FunctionalInterface
  private interface Input {
    Ended give() throws Exception;
  }

  /** Checks what became of data. */
  @FunctionalInterface
  private interface Effect {
    void check() throws Exception;
  }

  private record Row(String name, Input input, int exitCode, List<String> says, Effect effect) {
    static Row of(String name, Input input, int exitCode, String... says) {
      return new Row(name, input, exitCode, List.of(says), () -> {});
    }

    Row with(Effect checked) {
      return new Row(name, input, exitCode, says, checked);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    stage = Stage.start(directory, Path.of("target", "bad-input"));
    stage.startWitness();
    stage.topic("saved", payment(0), payment(1), payment(2));
    JobId job = stage.submit("count", stage.servers(), "saved");
    // Else there may be no state in the savepoint yet that could be damaged.
    await()
        .atMost(Stage.PATIENCE)
        .until(
            () ->
                stage.client().job(job).vertices().stream()
                    .anyMatch(vertex -> vertex.index() == 1 && vertex.recordsIn() >= 3));
    savepoint = Path.of(stage.client().savepoint(job, Optional.of(directory + "/savepoints")));
    stage.cancel(job);
    stage.topic("payments", payment(0), payment(1), "{\"id\": two}", payment(3));
  }

  @AfterAll
  static void stop() throws Exception {
    if (stage != null) {
      stage.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> eachEndsInOneClearMessageAndLosesNothing() throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.addAll(commands());
    rows.addAll(jars());
    rows.addAll(programs());
    rows.addAll(kafka());
    rows.addAll(savepoints());
    rows.addAll(processes());
    rows.add(noSlots());
    Stream<DynamicTest> tests =
        rows.stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> check(row)));
    return Stream.concat(
        tests,
        Stream.of(
            DynamicTest.dynamicTest(
                "disk full while checkpointing", BadInputTest::goesOnWhileTheDiskIsFull),
            DynamicTest.dynamicTest("the witness lost nothing", stage::witnessLostNothing)));
  }

  private static void check(Row row) throws Exception {
    Ended ended =
        CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return row.input().give();
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                },
                task -> new Thread(task, "millrace-test-row").start())
            .get(ROW.toSeconds(), TimeUnit.SECONDS);
    for (String fragment : row.says()) {
      assertThat(ended.err()).contains(fragment);
    }
    assertThat(ended.code()).as(ended.err()).isEqualTo(row.exitCode());
    if (row.exitCode() != 0) {
      assertThat(ended.err()).doesNotContain("\tat ");
    }
    row.effect().check();
    stage.witnessGoesOn();
  }

  private static List<Row> commands() throws IOException {
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    String port = Integer.toString(taken.getLocalPort());
    Path other = directory.resolve("other");
    return List.of(
        Row.of(
            "unknown option",
            () -> stage.millrace("list", "--jsn"),
            2,
            "There is no option '--jsn'; did you mean '--json'?"),
        Row.of(
            "unknown command",
            () -> stage.millrace("lst"),
            2,
            "There is no command 'lst'",
            "'list'"),
        Row.of(
            "unknown configuration key",
            () -> stage.millrace("list", "-D", "rest.prot=8081"),
            2,
            "rest.prot",
            "did you mean 'rest.port'?"),
        Row.of(
                "port in use",
                () -> stage.millrace(other, "cluster", "start", "-D", "rest.port=" + port),
                1,
                "The jobmanager did not start",
                port,
                "set rest.port")
            .with(
                () -> {
                  taken.close();
                  assertThat(stage.millrace(other, "cluster", "status").out())
                      .contains("No cluster is running here");
                }),
        Row.of(
            "no such job",
            () -> stage.millrace("cancel", "00000000000000ff"),
            1,
            "There is no job 00000000000000ff"),
        Row.of(
            "wrong token on the command line",
            () -> stage.millrace("cancel", "-D", "rest.token=guessed", "00000000000000ff"),
            1,
            "token"),
        Row.of(
            "no cluster there",
            () -> stage.millrace("list", "--address", "http://127.0.0.1:1"),
            1,
            "There is no cluster at http://127.0.0.1:1",
            "millrace cluster start"));
  }

  private static List<Row> jars() throws IOException {
    Path text = Files.writeString(directory.resolve("notes.jar"), "not a jar");
    String folder = "io/millrace/processtests/badinput/jobs";
    Path noMain =
        JobJars.write(directory.resolve("no-main.jar"), Optional.empty(), folder, BadJobs.class);
    Path wrongMain =
        JobJars.write(
            directory.resolve("wrong-main.jar"),
            Optional.of(Payment.class.getName()),
            folder,
            BadJobs.class);
    return List.of(
        Row.of(
            "missing file",
            () -> stage.millrace("run", directory.resolve("absent.jar").toString()),
            2,
            "There is no file " + directory.resolve("absent.jar")),
        Row.of(
            "file that is no jar",
            () -> stage.millrace("run", text.toString()),
            2,
            text + " is not a jar"),
        Row.of(
            "directory",
            () -> stage.millrace("run", directory.toString()),
            2,
            "is a directory, not a jar"),
        Row.of(
            "jar without Main-Class",
            () -> stage.millrace("run", noMain.toString()),
            2,
            "names no Main-Class in its manifest",
            BadJobs.class.getName(),
            "-c"),
        Row.of(
            "class without main",
            () -> stage.millrace("run", wrongMain.toString()),
            2,
            Payment.class.getName() + " has no 'public static void main(String[] args)'",
            BadJobs.class.getName()),
        Row.of(
            "misspelt class",
            () -> stage.millrace("run", "-c", "BadJobs", stage.jar.toString()),
            2,
            "There is no class BadJobs",
            "did you mean " + BadJobs.class.getName()));
  }

  private static List<Row> programs() {
    return List.of(
        Row.of(
            "exception in main",
            () -> stage.run("throws"),
            1,
            "main() of " + BadJobs.class.getName() + " threw",
            "IllegalStateException: there is no tariff 'gold'",
            "BadJobs.java:"),
        Row.of(
            "main that executes nothing",
            () -> stage.run("executes-nothing"),
            1,
            "returned and submitted nothing",
            "call execute() on its environment"),
        Row.of(
            "unserializable capture",
            () -> stage.run("capture"),
            1,
            "price",
            "PriceList",
            "Serializable"),
        Row.of(
            "unserializable field of a function",
            () -> stage.run("field"),
            1,
            "Tariff",
            "prices",
            "PriceList"),
        Row.of(
            "unserializable type",
            () -> stage.run("type"),
            1,
            "BadJobs$Job.worker",
            "java.lang.Thread",
            "Remedy"),
        Row.of(
            "key type that can't be one",
            () -> stage.run("double-key"),
            1,
            "keyBy(...) after 'pay'",
            "ouble"));
  }

  private static List<Row> kafka() throws Exception {
    String dead = "127.0.0.1:" + closedPort();
    return List.of(
        Row.of(
            "broker unreachable",
            () -> stage.run("read", dead, "payments"),
            1,
            "payments",
            dead,
            "bootstrap servers",
            "did not answer within 4 s",
            "Check the address"),
        Row.of(
            "topic of a source missing",
            () -> stage.run("read", stage.servers(), "paymnts"),
            1,
            "'paymnts' does not exist at " + stage.servers(),
            "Did you mean 'payments'?",
            "Create the topic"),
        Row.of(
            "topic of a sink missing",
            () -> stage.run("copy", stage.servers(), "payments", "absent", "skip"),
            1,
            "'absent' does not exist at " + stage.servers(),
            "Create the topic"),
        Row.of(
                "poison record",
                () -> {
                  stage.topic("copied-fail");
                  return stage.run("copy", stage.servers(), "payments", "copied-fail", "fail");
                },
                1,
                "topic 'payments', partition 0, offset 2",
                "{\"id\": two}",
                "onError(ErrorPolicy.skip())")
            .with(() -> assertThat(stage.topics().read("payments")).hasSize(4)),
        Row.of(
                "poison record, skipped",
                () -> {
                  stage.topic("copied-skip");
                  return stage.run("copy", stage.servers(), "payments", "copied-skip", "skip");
                },
                0)
            .with(() -> assertCopied("copied-skip")),
        Row.of(
                "poison record, to a dead letter topic",
                () -> {
                  stage.topic("copied-dead");
                  stage.topic("dead");
                  return stage.run("copy", stage.servers(), "payments", "copied-dead", "dead");
                },
                0)
            .with(
                () -> {
                  assertCopied("copied-dead");
                  assertThat(stage.topics().read("dead"))
                      .singleElement()
                      .satisfies(
                          letter -> {
                            assertThat(new String(letter.value(), StandardCharsets.UTF_8))
                                .isEqualTo("{\"id\": two}");
                            assertThat(
                                    new String(
                                        letter
                                            .headers()
                                            .lastHeader("millrace.origin.offset")
                                            .value(),
                                        StandardCharsets.UTF_8))
                                .isEqualTo("2");
                          });
                }));
  }

  private static void assertCopied(String topic) {
    assertThat(stage.read(topic)).extracting(p -> p.path("id").asInt()).containsExactly(0, 1, 3);
  }

  private static List<Row> savepoints() throws IOException {
    List<Row> rows = new ArrayList<>();
    Path absent = directory.resolve("savepoints/absent");
    rows.add(
        Row.of(
            "savepoint missing",
            () -> stage.runFrom(absent, "count", stage.servers(), "saved"),
            1,
            absent.toString(),
            "no completed checkpoint or savepoint"));
    List<Path> files;
    try (Stream<Path> all = Files.walk(savepoint)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      for (Damage damage : Damage.values()) {
        Path name = savepoint.relativize(file);
        Path copy = directory.resolve("damaged-" + damage + "-" + rows.size());
        Files.createDirectories(copy);
        for (Path each : files) {
          Path target = copy.resolve(savepoint.relativize(each));
          Files.createDirectories(target.getParent());
          Files.copy(each, target);
        }
        byte[] damaged = damage.of(Files.readAllBytes(file));
        Files.write(copy.resolve(name), damaged);
        rows.add(
            Row.of(
                    "savepoint with " + damage + " file " + name,
                    () -> stage.runFrom(copy, "count", stage.servers(), "saved"),
                    1,
                    copy.resolve(name).toString(),
                    damage.message(name.toString().equals("_metadata")))
                .with(() -> assertThat(copy.resolve(name)).hasBinaryContent(damaged)));
      }
    }
    rows.add(
        Row.of("the same savepoint undamaged", BadInputTest::restoreAndCancel, 0, "is CANCELED"));
    return rows;
  }

  private static Ended restoreAndCancel() {
    Ended submitted =
        stage.millrace(
            "run",
            "-d",
            "--from",
            savepoint.toString(),
            stage.jar.toString(),
            "count",
            stage.servers(),
            "saved");
    JobId job = new JobId(submitted.out().strip());
    stage.awaitRunning(job);
    assertThat(stage.client().job(job).checkpoints().restoredFrom()).isPresent();
    Ended ended = stage.millrace("cancel", job.value());
    stage.awaitFreeSlot();
    return new Ended(ended.code(), "", ended.out());
  }

  /** What happens to files. */
  private enum Damage {
    TRUNCATED {
      @Override
      byte[] of(byte[] content) {
        return Arrays.copyOf(content, content.length / 2);
      }
    },
    CORRUPT {
      @Override
      byte[] of(byte[] content) {
        byte[] changed = content.clone();
        changed[content.length / 2] ^= 0x10;
        return changed;
      }
    };

    abstract byte[] of(byte[] content);

    String message(boolean metadata) {
      return metadata
          ? "is damaged or cut off"
          : this == TRUNCATED ? "the file is too short" : "is damaged";
    }
  }

  private static List<Row> processes() throws IOException {
    Map<String, String> settings = new TreeMap<>();
    settings.put(
        JobManagerOptions.RPC_PORT.key(),
        ProcessReport.read(stage.runDirectory().path().resolve("jobmanager.report"))
            .orElseThrow()
            .values()
            .get(ProcessReport.RPC_PORT));
    settings.put(RestOptions.TOKEN_FILE.key(), stage.runDirectory().tokenFile().toString());
    settings.put(CheckpointOptions.DIRECTORY.key(), stage.checkpoints.toString());
    Map<String, String> stranger = new TreeMap<>(settings);
    Path guessed = Files.writeString(directory.resolve("guessed"), "guessed");
    stranger.put(RestOptions.TOKEN_FILE.key(), guessed.toString());
    Effect notTaken = () -> assertThat(stage.client().taskManagers()).hasSize(1);
    return List.of(
        Row.of(
                "TaskManager of another version",
                () -> stage.process(Optional.of(otherBuild()), TaskManagerProcess.class, settings),
                1,
                "This JobManager is " + Build.CURRENT,
                "the caller is millrace 0.0.9 protocol 1",
                "install the same version on every machine")
            .with(notTaken),
        Row.of(
                "TaskManager with a wrong token",
                () -> stage.process(Optional.empty(), TaskManagerProcess.class, stranger),
                1,
                "The cluster's token is missing or wrong",
                "token file")
            .with(notTaken));
  }

  /** Compiles what another release says of itself. */
  private static Path otherBuild() throws IOException {
    Path root = Files.createDirectories(directory.resolve("other-build"));
    Path source =
        Files.writeString(
            root.resolve("Build.java"),
            """
            package io.millrace.runtime.rpc;
            public record Build(String version, int protocol) {
              public static final Build CURRENT = new Build("0.0.9", 1);
              @Override public String toString() {
                return "millrace " + version + " protocol " + protocol;
              }
            }
            """);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                "-proc:none",
                "-d",
                root.toString(),
                source.toString());
    assertThat(result).isZero();
    return root;
  }

  private static Row noSlots() {
    return Row.of(
        "no slots",
        () -> {
          JobId filler = stage.submit("count", stage.servers(), "saved");
          JobId waiting = stage.submitDetached("count", stage.servers(), "saved");
          await()
              .atMost(Stage.PATIENCE)
              .until(() -> stage.status(waiting) == JobView.Status.WAITING_FOR_SLOTS);
          String listed = stage.millrace("list").out();
          Ended ended = stage.millrace("cancel", waiting.value());
          stage.cancel(filler);
          return new Ended(ended.code(), "", listed + ended.out());
        },
        0,
        "WAITING_FOR_SLOTS",
        "no free slot; the job wants 1: start a TaskManager or end another job",
        "is CANCELED");
  }

  private static void goesOnWhileTheDiskIsFull() throws Exception {
    long failedBefore = stage.witness().checkpoints().failed();
    FullDisk full = FullDisk.fill(stage);
    try {
      stage.witnessGoesOn();
      await()
          .atMost(Stage.PATIENCE)
          .until(() -> stage.witness().checkpoints().failed() > failedBefore + 2);
      CheckpointView failed =
          stage.witness().checkpoints().history().stream()
              .filter(checkpoint -> checkpoint.status().equals("FAILED"))
              .findFirst()
              .orElseThrow();
      assertThat(failed.failure().orElseThrow()).contains(full.says());
      stage.witnessGoesOn();
    } finally {
      full.free();
    }
    long completed = stage.witness().checkpoints().completed();
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> stage.witness().checkpoints().completed() > completed + 1);
    stage.witnessGoesOn();
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}

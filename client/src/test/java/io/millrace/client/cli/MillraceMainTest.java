package io.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.client.FakeCluster;
import io.millrace.client.ProgramJars;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.id.JobId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MillraceMainTest {
  private static final String MAIN = "acme.Job";

  @TempDir Path directory;
  private FakeCluster cluster;

  /** How a command ended. */
  private record Ended(int code, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void listsRunningJobsAsATable() {
    JobId running = cluster.add(1, "hot auctions", JobView.Status.RUNNING);
    JobId over = cluster.add(2, "old", JobView.Status.FINISHED);

    Ended ended = onCluster("list");

    assertThat(ended.code).isZero();
    assertThat(ended.out.lines().toList())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("ID                NAME          STATUS   SUBMITTED");
    assertThat(ended.out).contains(running.value() + "  hot auctions  RUNNING");
    assertThat(onCluster("list", "-a").out).contains(over.value(), "1 min 15 s");
  }

  @Test
  void listsAsJson() throws IOException {
    JobId job = cluster.add(1, "hot auctions", JobView.Status.RUNNING);

    Ended ended = onCluster("list", "--json");

    assertThat(ended.json().get(0).get("id").asText()).isEqualTo(job.value());
  }

  @Test
  void listsCheckpointsWithWhereTheTimeOfOneWent() throws IOException {
    cluster.add(0xabcL << 48, "hot auctions", JobView.Status.RUNNING);

    Ended ended = onCluster("checkpoints", "0abc");

    assertThat(ended.code).as(ended.err).isZero();
    assertThat(ended.out)
        .containsPattern("7 +checkpoint +COMPLETED +.* 123.0 ms +4096 +1024 +/cp/7")
        .containsPattern("6 +savepoint +FAILED +.* - +disk is full")
        .contains("Checkpoint 7 by operator")
        .containsPattern("Source: bids +2/2 +3.0 ms +0.0 ms +100.0 ms +4096 +1024");
    assertThat(onCluster("checkpoints", "0abc", "--id", "6").out).doesNotContain("by operator");
    Ended unknown = onCluster("checkpoints", "0abc", "--id", "99");
    assertThat(unknown.code).isEqualTo(2);
    assertThat(unknown.err).contains("not among the last ones: [7, 6]");
    JsonNode history = onCluster("checkpoints", "0abc", "--json").json().path("history");
    assertThat(history).hasSize(2);
    assertThat(history.get(0).path("unaligned").asBoolean()).isTrue();
    assertThat(history.get(0).path("channelBytes").asLong()).isEqualTo(1024);
  }

  @Test
  void cancelsStopsAndTakesSavepointsByABeginningOfTheId() {
    JobId job = cluster.add(0xabcL << 48, "a job", JobView.Status.RUNNING);

    assertThat(onCluster("savepoint", "0abc", "/backup").out).isEqualTo("/savepoints/1\n");
    assertThat(onCluster("stop", "0abc", "--drain").out).isEqualTo("/savepoints/2\n");
    assertThat(onCluster("cancel", job.value()).out)
        .isEqualTo("Job " + job + " (a job) is CANCELED\n");
    assertThat(cluster.asked)
        .containsExactly(
            "savepoint " + job + " Optional[/backup]",
            "stop " + job + " Optional.empty true",
            "cancel " + job);
  }

  @Test
  void refusesIdsThatAreNoneOrAmbiguous() {
    cluster.add(1, "a", JobView.Status.RUNNING);
    cluster.add(2, "b", JobView.Status.RUNNING);

    assertThat(onCluster("cancel", "xyz").err).contains("'xyz' is not a job id");
    assertThat(onCluster("cancel", "00").err).contains("2 jobs' ids start with '00'");
    assertThat(onCluster("cancel", "ff").err).contains("No job's id starts with 'ff'");
    assertThat(onCluster("cancel", "ff").code).isEqualTo(2);
    Ended unknown = onCluster("cancel", JobId.of(77).value());
    assertThat(unknown.code).isEqualTo(1);
    assertThat(unknown.err).contains("There is no job " + JobId.of(77));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lisst | There is no command 'lisst'; did you mean 'list'? (millrace --help)",
        "list --jsn | There is no option '--jsn'; did you mean '--json'? (millrace list --help)",
        "run --paralelism=2 x.jar | There is no option '--paralelism'; did you mean '--parallelism'?",
        "run -p many x.jar | Invalid value for option '--parallelism'",
        "run -p 0 x.jar | --parallelism is at least 1, not 0",
        "run | Missing required parameter",
        "cancel | Missing required parameter: 'ID'",
        "cluster | Say what to do: start, stop or status",
        "cluster start --task-managers 0 | --task-managers is at least 1",
        "cluster start -D rest.prot=1 | did you mean 'rest.port'?",
        "cluster start -D rest.port=x | Option rest.port (port): 'x' is not a port",
        "cluster start -D rest.host=0.0.0.0 | set rest.allow-remote to true",
        "cluster start --slots 0 | Option taskmanager.slots (integer): '0' is not a whole number",
        "list -D nonsense | -D wants key=value, not 'nonsense'"
      })
  void saysInOneLineWhatIsWrongWithACommand(String command, String message) {
    Ended ended = run(command.split(" "));

    assertThat(ended.code).isEqualTo(2);
    assertThat(ended.err).startsWith("millrace: ").contains(message);
    assertThat(ended.err.lines()).hasSize(1);
    assertThat(ended.out).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run",
        "list",
        "cancel",
        "stop",
        "savepoint",
        "version",
        "cluster",
        "cluster start",
        "cluster stop",
        "cluster status"
      })
  void helpsWithExamplesOnEveryCommand(String command) {
    List<String> args =
        new ArrayList<>(command.isEmpty() ? List.of() : List.of(command.split(" ")));
    args.add("--help");

    Ended ended = run(args.toArray(new String[0]));

    assertThat(ended.code).isZero();
    assertThat(ended.out).startsWith("Usage: millrace").contains("Examples:", "--json");
  }

  @Test
  void showsItsUsageWhenGivenNothing() {
    Ended ended = run();
    assertThat(ended.code).isEqualTo(2);
    assertThat(ended.out).contains("Commands:", "cluster", "savepoint");
  }

  @Test
  void saysHowToGetAClusterIfThereIsNone() throws IOException {
    assertThat(run("list").err)
        .isEqualTo(
            "millrace: No cluster was started here. Start one with 'millrace cluster start', or name"
                + " one with --address\n");
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Ended nobody = run("list", "--address", "127.0.0.1:" + free);
    assertThat(nobody.code).isEqualTo(1);
    assertThat(nobody.err).contains("There is no cluster at http://127.0.0.1:" + free);
    assertThat(run("list", "--address", "::nonsense::").err).contains("is not an address");
  }

  @Test
  void writesFailuresAsJsonIfAsked() throws IOException {
    Ended ended = run("list", "--json");
    JsonNode json = new ObjectMapper().readTree(ended.err);
    assertThat(json.get("error").asText()).isEqualTo("No cluster was started here");
    assertThat(json.get("remedy").asText()).startsWith("Start one");
    assertThat(
            new ObjectMapper().readTree(run("list", "--json", "--nope").err).get("error").asText())
        .contains("--nope");
  }

  @Test
  void showsTheCauseChainOnlyWhenVerbose() {
    String[] call = {"list", "--address", "127.0.0.1:1"};
    assertThat(run(call).err.lines()).hasSize(1);
    assertThat(run("list", "--verbose", "--address", "127.0.0.1:1").err).contains("Caused by");
  }

  @Test
  void runsAProgramToItsEnd() throws IOException {
    Path jar = program("submit(\"auctions \" + args[0]).result().toCompletableFuture().get();");

    Ended ended = onCluster("run", "-p", "3", jar.toString(), "--fast");

    assertThat(ended.err).contains("(auctions --fast at 3) is submitted", "is RUNNING");
    assertThat(ended.out).contains("(auctions --fast at 3) is FINISHED after 1 min 15 s");
    assertThat(ended.code).isZero();
    assertThat(cluster.asked)
        .singleElement()
        .asString()
        .isEqualTo(
            "submit auctions --fast at 3 [jar-of-"
                + Files.size(jar)
                + "-bytes] Optional.empty false");
  }

  @Test
  void givesAProgramAllSlotsAndTheSavepoint() throws IOException {
    Path jar = program("submit(\"x\");");

    Ended ended =
        onCluster("run", "-d", "--from", "/sp/1", "--allow-dropped-state", jar.toString());

    assertThat(ended.out).matches("[0-9a-f]{16}\n");
    assertThat(ended.err).isEmpty();
    assertThat(cluster.asked.get(0)).contains("x at 6 ").endsWith("Optional[/sp/1] true");
  }

  @Test
  void refusesStateWithoutAUidIfToldTo() throws IOException {
    Path jar =
        program(
            "JobRunners.find(Configuration.empty()).submit(new JobGraph(\"x\", List.of("
                + "new JobVertex(0, \"v\", 1, 128, List.of(new OperatorNode("
                + "\"v\", false, \"Counter\", -1, \"\", OperatorNode.Kind.OPERATOR, true,"
                + " new byte[0])))), List.of(), CheckpointSettings.DISABLED,"
                + " RestartSettings.DEFAULT, List.of()),"
                + " RunSettings.of(Configuration.empty(), Job.class.getClassLoader()));");

    Ended refused = onCluster("run", "-d", "--strict-uids", jar.toString());
    assertThat(refused.code).isEqualTo(1);
    assertThat(refused.err).contains("--strict-uids").contains("'Counter'");
    assertThat(cluster.asked).isEmpty();

    assertThat(onCluster("run", "-d", jar.toString()).code).isZero();
  }

  @Test
  void endsWithAFailureIfTheJobFailed() throws IOException {
    cluster.outcome = JobView.Status.FAILED;
    Path jar = program("submit(\"x\").result().toCompletableFuture().get().orThrow();");

    Ended ended = onCluster("run", jar.toString());

    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.out).contains("is FAILED");
    assertThat(ended.err)
        .contains("millrace: job failed: count: record 7 has no key")
        .doesNotContain("java.lang.Deep");
    JsonNode json = onCluster("run", "--json", jar.toString()).json();
    assertThat(json.get("status").asText()).isEqualTo("FAILED");
    assertThat(json.get("failure").asText()).contains("no key");
  }

  @Test
  void showsWhatAProgramThrewWithItsOwnFramesOnly() throws IOException {
    Path jar =
        program("throw new IllegalStateException(\"no input\", new RuntimeException(\"deep\"));");

    Ended ended = onCluster("run", jar.toString());

    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.err)
        .startsWith("millrace: main() of acme.Job threw java.lang.IllegalStateException: no input")
        .contains("at acme.Job.main(Job.java:", "caused by java.lang.RuntimeException: deep")
        .doesNotContain("java.base", "reflect");
    assertThat(cluster.asked).isEmpty();
  }

  @Test
  void saysThatAProgramSubmittedNothing() throws IOException {
    Ended ended = onCluster("run", program("").toString());
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.err).contains("main() of acme.Job returned and submitted nothing");
  }

  @Test
  void tellsWhyTheClusterDidNotTakeAJob() throws IOException {
    Path jar =
        new ProgramJars(directory)
            .withMain(
                MAIN,
                """
                JobRunners.find(Configuration.empty()).submit(
                    new JobGraph("refused", vertices(), List.of(), CheckpointSettings.DISABLED,
                        RestartSettings.DEFAULT, List.of()),
                    RunSettings.of(Configuration.empty(), Job.class.getClassLoader()));
                """,
                Optional.of(MAIN));
    Ended ended = onCluster("run", jar.toString());
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.err)
        .isEqualTo(
            "millrace: The cluster did not take job 'refused': state is unclaimed. Correct the"
                + " request\n");
  }

  @Test
  void refusesWhatIsNoProgram() throws IOException {
    ProgramJars jars = new ProgramJars(directory);
    Path text = Files.writeString(directory.resolve("a.jar"), "not a zip");
    Path without = jars.withMain(MAIN, "", Optional.empty());
    Path noMain =
        jars.of("acme.Nothing", "package acme; public class Nothing {}", Optional.empty());

    assertUsage("There is no file", "run", directory.resolve("none.jar").toString());
    assertUsage("is a directory", "run", directory.toString());
    assertUsage("is not a jar", "run", text.toString());
    assertUsage(
        "names no Main-Class in its manifest; classes with a main method: acme.Job",
        "run",
        without.toString());
    assertUsage("no class in it has a main method", "run", noMain.toString());
    assertUsage("did you mean acme.Job?", "run", "-c", "acme.Jobb", without.toString());
    assertUsage("did you mean acme.Job?", "run", "-c", "org.other.Job", without.toString());
    assertUsage(
        "acme.Nothing has no 'public static void main",
        "run",
        "-c",
        "acme.Nothing",
        noMain.toString());
  }

  @Test
  void printsItsVersion() throws IOException {
    assertThat(run("version").out).startsWith("millrace ");
    assertThat(run("version", "--json").json().get("java").asText())
        .isEqualTo(System.getProperty("java.version"));
  }

  @Test
  void saysThatNoClusterRuns() throws IOException {
    assertThat(run("cluster", "status").code).isEqualTo(1);
    assertThat(run("cluster", "status").out).contains("No cluster is running here");
    assertThat(run("cluster", "status", "--json").json().get("running").asBoolean()).isFalse();
    assertThat(run("cluster", "stop").code).isZero();
    assertThat(run("cluster", "stop").out).contains("No cluster was running here");
  }

  private Path program(String body) throws IOException {
    return new ProgramJars(directory).withMain(MAIN, body, Optional.of(MAIN));
  }

  private void assertUsage(String message, String... args) {
    Ended ended = onCluster(args);
    assertThat(ended.code).isEqualTo(2);
    assertThat(ended.err).contains(message);
    assertThat(ended.err.lines()).hasSize(1);
  }

  private Ended onCluster(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(1, List.of("--address", cluster.address(), "-D", "rest.token=" + FakeCluster.TOKEN));
    return run(all.toArray(new String[0]));
  }

  private Ended run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        MillraceMain.execute(
            args, Map.of("MILLRACE_RUN_DIR", directory.resolve("run").toString()), out, err);
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}

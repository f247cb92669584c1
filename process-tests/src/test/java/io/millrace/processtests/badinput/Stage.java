package io.millrace.processtests.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.client.MillraceClient;
import io.millrace.client.cli.MillraceMain;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.connectors.kafka.KafkaSource;
import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.formats.json.JsonDeserializationSchema;
import io.millrace.jobmanager.JobView;
import io.millrace.processtests.badinput.jobs.BadJobs;
import io.millrace.runtime.id.JobId;
import io.millrace.testing.kafka.KafkaBroker;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * A real broker and a real cluster with one TaskManager of two slots. One slot belongs to the
 * witness, a job that numbers payments exactly once from Kafka to Kafka and must go on whatever
 * happens beside it; the other is for what is tried.
 */
final class Stage {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String WITNESS_IN = "witness-in";
  private static final String WITNESS_OUT = "witness-out";

  final Path directory;
  final Path jar;
  final Path checkpoints;
  final boolean ownFileSystem;
  private final KafkaBroker broker;
  private final Topics topics;
  private final LocalCluster cluster;
  private final RunDirectory runDirectory;
  private JobId witness;
  private long payments;

  /** How a command or a process ended. */
  record Ended(int code, String out, String err) {}

  /**
   * @param logs of the cluster's processes, kept
   */
  private Stage(Path directory, Path logs, boolean ownFileSystem, KafkaBroker broker)
      throws Exception {
    this.directory = directory;
    this.checkpoints = directory.resolve("checkpoints");
    this.ownFileSystem = ownFileSystem;
    this.broker = broker;
    this.topics = new Topics(broker.bootstrapServers());
    this.jar =
        JobJars.write(
            directory.resolve("bad-jobs.jar"),
            Optional.of(BadJobs.class.getName()),
            "io/millrace/processtests/badinput/jobs",
            BadJobs.class,
            KafkaSource.class,
            JsonDeserializationSchema.class,
            KafkaConsumer.class,
            ObjectMapper.class,
            JsonParser.class,
            JsonCreator.class,
            Jdk8Module.class,
            JavaTimeModule.class);
    this.runDirectory = new RunDirectory(logs.toAbsolutePath());
    this.cluster =
        LocalCluster.start(
            runDirectory,
            Configuration.empty()
                .with(MemoryOptions.HEAP, "256 MiB")
                .with(TaskManagerOptions.SLOTS, "2")
                .with(CheckpointOptions.DIRECTORY, checkpoints.toString())
                .with(JobManagerOptions.HA_DIRECTORY, directory.resolve("ha").toString()),
            1,
            false);
  }

  /** Starts everything; what was started ends with {@link #close} or, if it fails, at once. */
  static Stage start(Path directory, Path logs) throws Exception {
    boolean mounted = mount(Files.createDirectories(directory.resolve("checkpoints")));
    Optional<KafkaBroker> broker = Optional.empty();
    try {
      broker = Optional.of(KafkaBroker.builder().parentDirectory(directory).start());
      return new Stage(directory, logs, mounted, broker.get());
    } catch (Exception e) {
      broker.ifPresent(KafkaBroker::close);
      unmount(directory.resolve("checkpoints"), mounted);
      throw e;
    }
  }

  void startWitness() throws Exception {
    broker.createTopic(WITNESS_IN, 1);
    broker.createTopic(WITNESS_OUT, 1);
    witness = submit("ledger", servers(), WITNESS_IN, WITNESS_OUT);
    witnessGoesOn();
  }

  /** A file system of its own, so that it can be full; false if that is not permitted here. */
  private static boolean mount(Path path) throws Exception {
    return new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  private static void unmount(Path path, boolean mounted) throws IOException, InterruptedException {
    if (mounted) {
      new ProcessBuilder("umount", "-l", path.toString()).inheritIO().start().waitFor();
    }
  }

  String servers() {
    return broker.bootstrapServers();
  }

  MillraceClient client() {
    return cluster.client();
  }

  RunDirectory runDirectory() {
    return runDirectory;
  }

  /** A topic of one partition that holds these values. */
  void topic(String name, String... values) throws InterruptedException, ExecutionException {
    broker.createTopic(name, 1);
    topics.write(name, values);
  }

  List<JsonNode> read(String topic) {
    return topics.read(topic).stream().map(Topics::json).toList();
  }

  Topics topics() {
    return topics;
  }

  static String payment(long id) {
    return "{\"id\":" + id + ",\"account\":\"a" + id % 3 + "\",\"amount\":1.5}";
  }

  /** Runs a {@code millrace} command about this cluster. */
  Ended millrace(String... command) {
    return millrace(runDirectory.path(), command);
  }

  Ended millrace(Path otherRunDirectory, String... command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        MillraceMain.execute(
            command, Map.of("MILLRACE_RUN_DIR", otherRunDirectory.toString()), out, err);
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** {@code millrace run} of one of {@link BadJobs}, to its end. */
  Ended run(String... program) {
    return millrace(concat(List.of("run", jar.toString()), program));
  }

  /** The same, from a savepoint. */
  Ended runFrom(Path savepoint, String... program) {
    return millrace(
        concat(List.of("run", "--from", savepoint.toString(), jar.toString()), program));
  }

  /** Submits one of {@link BadJobs} and waits until it runs. */
  JobId submit(String... program) {
    JobId job = submitDetached(program);
    awaitRunning(job);
    return job;
  }

  JobId submitDetached(String... program) {
    Ended ended = millrace(concat(List.of("run", "-d", jar.toString()), program));
    assertThat(ended.code()).as(ended.err()).isZero();
    return new JobId(ended.out().strip());
  }

  void awaitRunning(JobId job) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JobView view = client().job(job);
              assertThat(view.status()).as("%s", view.detail()).isEqualTo(JobView.Status.RUNNING);
            });
  }

  static String[] concat(List<String> first, String... rest) {
    return Stream.concat(first.stream(), Stream.of(rest)).toArray(String[]::new);
  }

  JobView.Status status(JobId job) {
    return client().job(job).status();
  }

  /** Cancels and waits until the slot is free again. */
  void cancel(JobId job) {
    client().cancel(job);
    awaitFreeSlot();
  }

  void awaitFreeSlot() {
    await()
        .atMost(PATIENCE)
        .until(() -> client().get("/v1/overview").path("freeSlots").asInt() == 1);
  }

  /**
   * Runs a process of this cluster's kind to its end.
   *
   * @param classPathFirst goes before the class path of this test
   */
  Ended process(Optional<Path> classPathFirst, Class<?> main, Map<String, String> settings)
      throws IOException, InterruptedException {
    String classPath = System.getProperty("java.class.path");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(
        classPathFirst.map(path -> path + File.pathSeparator + classPath).orElse(classPath));
    command.add(main.getName());
    settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    Path log = Files.createTempFile(directory, "process", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("process has ended")
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), "", Files.readString(log));
  }

  JobView witness() {
    return client().job(witness);
  }

  /** The cluster answers, and the witness runs, was never restarted, and gets more to do. */
  void witnessGoesOn() throws InterruptedException, ExecutionException {
    JobView view = witness();
    assertThat(view.status())
        .as("witness: %s", view.exceptions())
        .isEqualTo(JobView.Status.RUNNING);
    assertThat(view.restarts()).isZero();
    for (int i = 0; i < 5; i++) {
      topics.write(WITNESS_IN, payment(payments++));
    }
  }

  /** Every payment is in the witness's ledger once, numbered without a gap. */
  void witnessLostNothing() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(topics.read(WITNESS_OUT)).hasSize((int) payments));
    List<JsonNode> ledger = read(WITNESS_OUT);
    assertThat(ledger)
        .extracting(entry -> entry.path("id").asLong())
        .containsExactlyElementsOf(Stream.iterate(0L, i -> i + 1).limit(payments).toList());
    assertThat(ledger)
        .allSatisfy(
            entry ->
                assertThat(entry.path("sequence").asLong())
                    .isEqualTo(entry.path("id").asLong() / 3 + 1));
  }

  void close() throws IOException, InterruptedException {
    cluster.stop();
    topics.close();
    broker.close();
    unmount(checkpoints, ownFileSystem);
  }
}

package io.millrace.process.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.client.MillraceClient;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.client.run.JobJar;
import io.millrace.client.run.Program;
import io.millrace.client.run.Submission;
import io.millrace.connectors.kafka.KafkaSource;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.formats.json.JsonDeserializationSchema;
import io.millrace.jobmanager.JobView;
import io.millrace.process.cycles.CycleJobs.Kind;
import io.millrace.runtime.classloading.JobClassLoader;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.task.ClassCopies;
import io.millrace.testing.kafka.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs come and go, each with its jar; processes stay. Nothing of a job may stay with them (CL2):
 * neither its class loader nor the engine's copies of operator classes.
 */
class ClassLoaderCyclesTest {
  private static final int CYCLES = Integer.getInteger("millrace.cycles", 50);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int EVENTS = 200;
  private static final String LOADER = JobClassLoader.class.getName();
  private static final String COPY = ClassCopies.class.getName() + "$CopyLoader";

  /** In turn; jobs with transactions take longest. */
  private static final List<Kind> KINDS =
      List.of(
          Kind.ENDLESS,
          Kind.THREAD_LOCAL,
          Kind.BOUNDED,
          Kind.FAILING,
          Kind.KAFKA,
          Kind.THREAD_LOCAL,
          Kind.ENDLESS,
          Kind.BOUNDED,
          Kind.FAILING,
          Kind.THREAD_LOCAL);

  /**
   * What is softly reachable, as in Jackson's and the JDK's caches, goes when memory is short:
   * here, at once.
   */
  private static final String NO_SOFT_REFERENCES = "-XX:+UseSerialGC -XX:SoftRefLRUPolicyMSPerMB=0";

  @TempDir Path directory;

  @Test
  void fiftyJobsLeaveNoClassLoaderBehind() throws Exception {
    Path jar = jar();
    Configuration configuration =
        Configuration.empty()
            .with(MemoryOptions.HEAP, "192 MiB")
            .with(TaskManagerOptions.JVM_OPTIONS, NO_SOFT_REFERENCES)
            .with(TaskManagerOptions.HEARTBEAT_INTERVAL, "100 ms")
            .with(JobManagerOptions.JVM_OPTIONS, NO_SOFT_REFERENCES);
    try (KafkaBroker broker = KafkaBroker.start()) {
      broker.createTopic("events", 2);
      broker.createTopic("counts", 2);
      fill(broker);
      LocalCluster cluster =
          LocalCluster.start(new RunDirectory(directory.resolve("run")), configuration, 2, false);
      try {
        MillraceClient client = cluster.client();
        JobId first = submit(client, jar, Kind.ENDLESS, 0, broker);
        await(client, first, ClassLoaderCyclesTest::countsRecords);
        for (ClusterProcess process : cluster.state().processes()) {
          try (LiveLoaders live = LiveLoaders.in(process)) {
            assertThat(live.count(LOADER))
                .as("while a job runs, its class loader in the %s", process.role())
                .isOne();
          }
        }
        client.cancel(first);
        for (int cycle = 1; cycle < CYCLES; cycle++) {
          run(client, jar, KINDS.get(cycle % KINDS.size()), cycle, broker);
        }
        for (ClusterProcess process : cluster.state().processes()) {
          awaitNone(process);
        }
      } finally {
        cluster.stop();
      }
    }
  }

  private static void run(
      MillraceClient client, Path jar, Kind kind, int cycle, KafkaBroker broker) {
    JobId job = submit(client, jar, kind, cycle, broker);
    switch (kind) {
      case ENDLESS, THREAD_LOCAL -> {
        await(client, job, ClassLoaderCyclesTest::countsRecords);
        assertThat(client.cancel(job).status()).isEqualTo(JobView.Status.CANCELED);
      }
      case KAFKA -> {
        await(client, job, view -> countsRecords(view) && view.checkpoints().completed() > 0);
        assertThat(client.cancel(job).status()).isEqualTo(JobView.Status.CANCELED);
      }
      case BOUNDED -> await(client, job, view -> view.status() == JobView.Status.FINISHED);
      case FAILING -> await(client, job, view -> view.status() == JobView.Status.FAILED);
    }
  }

  private static boolean countsRecords(JobView view) {
    return view.status() == JobView.Status.RUNNING
        && view.vertices().stream().skip(1).allMatch(vertex -> vertex.recordsIn() > 0);
  }

  private static JobView await(MillraceClient client, JobId job, Predicate<JobView> condition) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(25))
        .until(
            () -> {
              JobView view = client.job(job);
              boolean over = view.status().isTerminal() && !condition.test(view);
              assertThat(over).as("%s", view).isFalse();
              return view;
            },
            condition::test);
  }

  private static JobId submit(
      MillraceClient client, Path jar, Kind kind, int cycle, KafkaBroker broker) {
    Submission submission =
        new Submission(
            client,
            new Submission.Options(jar, true, OptionalInt.empty(), Optional.empty(), false, false),
            new Submission.Listener() {
              @Override
              public void submitted(JobId job, String name) {}

              @Override
              public void seen(JobView job) {}
            });
    List<String> arguments =
        List.of(kind.name(), broker.bootstrapServers(), Integer.toString(cycle));
    new Program(JobJar.open(jar), Optional.empty(), arguments).run(submission);
    return submission.submitted().get(0).id();
  }

  private static void awaitNone(ClusterProcess process) throws Exception {
    try (LiveLoaders live = LiveLoaders.in(process)) {
      try {
        awaitNoneOf(process, live);
      } catch (ConditionTimeoutException e) {
        Path dump = Path.of("target", process.role() + ".hprof").toAbsolutePath();
        Files.deleteIfExists(dump);
        live.dump(dump);
        throw new AssertionError(e.getMessage() + "; what holds them is in " + dump, e);
      }
    }
  }

  private static void awaitNoneOf(ClusterProcess process, LiveLoaders live) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              assertThat(live.count(LOADER))
                  .as("class loaders of jobs in the %s", process.role())
                  .isZero();
              assertThat(live.count(COPY))
                  .as("copies of operators in the %s", process.role())
                  .isZero();
            });
  }

  private Path jar() throws Exception {
    Path jar = directory.resolve("cycles.jar");
    try (JobJarBuilder builder = new JobJarBuilder(jar, CycleJobs.class)) {
      builder
          .addPackageOf(CycleJobs.class)
          .addLibraryOf(KafkaSource.class)
          .addLibraryOf(KafkaProducer.class)
          .addLibraryOf(JsonDeserializationSchema.class)
          .addLibraryOf(ObjectMapper.class)
          .addLibraryOf(JsonFactory.class)
          .addLibraryOf(JsonProperty.class)
          .addLibraryOf(Jdk8Module.class)
          .addLibraryOf(JavaTimeModule.class);
    }
    return jar;
  }

  private static void fill(KafkaBroker broker) {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < EVENTS; i++) {
        String json = "{\"key\": " + i % 20 + ", \"text\": \"event " + i + "\"}";
        producer.send(new ProducerRecord<>("events", i % 2, null, json));
      }
    }
  }
}

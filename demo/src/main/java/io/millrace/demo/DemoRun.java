package io.millrace.demo;

import io.millrace.client.MillraceClient;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.client.run.JobJar;
import io.millrace.client.run.Program;
import io.millrace.client.run.Submission;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.Status;
import io.millrace.runtime.id.JobId;
import io.millrace.testing.kafka.KafkaBroker;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** One run of the demo: the processes it starts, what it does to them, and what comes out. */
final class DemoRun implements AutoCloseable {
  private static final int TASK_MANAGERS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(50);

  /** Asking the JobManager costs time that the job could use. */
  private static final Duration ASK = Duration.ofMillis(200);

  private static final Duration LINE = Duration.ofSeconds(1);

  private final Settings settings;
  private final PrintStream out;
  private final Path directory;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Optional<CompletableFuture<KafkaBroker>> broker = Optional.empty();
  private Optional<LocalCluster> cluster = Optional.empty();

  /**
   * What is run.
   *
   * @param home of the build
   * @param records bids to process
   * @param kill whether to kill a TaskManager halfway
   */
  record Settings(Path home, int records, int parallelism, boolean kill) {}

  /**
   * What a run gave.
   *
   * @param lateDropped bids that came after their windows had been fired
   * @param secondsToFirstResult from the start of this process to the first committed result
   * @param secondsToRecover from the kill to the first result committed by the restarted job; 0
   *     without a kill
   */
  record Outcome(
      Verdict verdict,
      long lateDropped,
      int kills,
      double recordsPerSecond,
      double secondsToFirstResult,
      double secondsToRecover) {}

  DemoRun(Settings settings, PrintStream out) throws IOException {
    this.settings = settings;
    this.out = out;
    this.directory = Files.createTempDirectory("millrace-demo-");
  }

  String addresses() {
    return "REST: "
        + cluster.orElseThrow().state().rest()
        + ", Kafka: "
        + broker().bootstrapServers();
  }

  Outcome run() throws Exception {
    out.println("Starting a Kafka broker, a JobManager and " + TASK_MANAGERS + " TaskManagers ...");
    broker = Optional.of(CompletableFuture.supplyAsync(this::startBroker));
    LocalCluster processes = startCluster();
    KafkaBroker kafka = broker();
    String servers = kafka.bootstrapServers();
    kafka.createTopic(Demo.BIDS, BidStream.PARTITIONS);
    kafka.createTopic(Demo.RESULTS, 1);
    kafka.createTopic(Demo.LEDGER, BidStream.PARTITIONS);
    MillraceClient client = processes.client();
    out.println("  Kafka     " + servers);
    out.println("  REST      " + client.address() + "/v1/jobs");
    out.println("  metrics   " + client.address() + "/metrics");
    client
        .taskManagers()
        .forEach(
            tm ->
                out.printf(
                    "  worker    %s: process %d, %d slots, metrics http://%s:%d/metrics%n",
                    tm.id(), tm.processId(), tm.slots(), tm.host(), tm.metricsPort()));

    int records = settings.records;
    JobId job = submit(client, servers);
    out.println("Submitted job " + job + "; feeding " + String.format("%,d", records) + " bids.");
    try (Feeder feeder = new Feeder(servers, Demo.BIDS, records);
        CommittedReader ledger = new CommittedReader(servers, Demo.LEDGER);
        CommittedReader results = new CommittedReader(servers, Demo.RESULTS)) {
      Progress progress = new Progress(client, job, feeder, ledger, results);
      long fedFrom = System.nanoTime();
      if (settings.kill) {
        progress.until(() -> ledger.count() >= records / 2);
        killOne(processes, progress);
      }
      progress.until(() -> ledger.count() >= records);
      double seconds = (System.nanoTime() - fedFrom) / 1e9;
      out.println(
          "All bids are in the ledger; stopping the job, so that the last windows fire ...");
      client.stop(job, Optional.empty(), true);
      progress.until(() -> client.job(job).status().isTerminal());
      progress.ask();
      out.println(
          "The job has "
              + client.job(job).status().name().toLowerCase(java.util.Locale.ROOT)
              + "; comparing ...");
      Verdict verdict = Verdict.of(servers, new Expected(records));
      return new Outcome(
          verdict,
          progress.lateDropped,
          settings.kill ? 1 : 0,
          records / seconds,
          progress.firstResultAfter.toMillis() / 1e3,
          progress.recovery.toMillis() / 1e3);
    }
  }

  private KafkaBroker startBroker() {
    KafkaBroker.Builder builder =
        KafkaBroker.builder()
            .classPath(settings.home.resolve("lib-kafka") + File.separator + "*")
            .jvmOption("-Xmx512m")
            .parentDirectory(directory);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new DemoException("The Kafka broker did not start: " + e.getMessage(), e);
    }
  }

  /** The broker, once it is up. */
  private KafkaBroker broker() {
    try {
      return broker.orElseThrow().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof DemoException cause ? cause : e;
    }
  }

  private LocalCluster startCluster() throws InterruptedException {
    Configuration configuration = Configuration.empty().with(TaskManagerOptions.SLOTS, "2");
    LocalCluster started =
        LocalCluster.start(
            new RunDirectory(directory.resolve("run")), configuration, TASK_MANAGERS, false);
    cluster = Optional.of(started);
    return started;
  }

  /** The way of any user's jar: its main() runs here and submits to the cluster. */
  private JobId submit(MillraceClient client, String servers) {
    Path jar = settings.home.resolve("examples").resolve("examples.jar");
    Submission submission =
        new Submission(
            client,
            new Submission.Options(
                jar, true, OptionalInt.of(settings.parallelism), Optional.empty(), false, false),
            new Submission.Listener() {
              @Override
              public void submitted(JobId job, String name) {}

              @Override
              public void seen(JobView job) {}
            });
    new Program(JobJar.open(jar), Optional.empty(), List.of("--bootstrap-servers", servers))
        .run(submission);
    return submission.submitted().get(0).id();
  }

  private void killOne(LocalCluster processes, Progress progress) throws Exception {
    // Somewhere within a checkpoint's interval, not always at the same point of it.
    Thread.sleep(ThreadLocalRandom.current().nextInt(1_000));
    List<ClusterProcess> workers =
        processes.state().processes().stream()
            .filter(process -> process.role().startsWith("taskmanager"))
            .toList();
    ClusterProcess victim = workers.get(ThreadLocalRandom.current().nextInt(workers.size()));
    out.println();
    out.println(
        "Killing "
            + victim.role()
            + " (process "
            + victim.pid()
            + ") with kill -9, halfway through ...");
    int restartsBefore = progress.view().restarts();
    victim.find().ifPresent(ProcessHandle::destroyForcibly);
    Instant killed = Instant.now();
    processes.launchTaskManager();
    progress.until(
        () ->
            progress.view().restarts() > restartsBefore
                && progress.view().status() == Status.RUNNING);
    out.printf(
        "  the job runs again after %.1f s, from checkpoint %s%n",
        Duration.between(killed, Instant.now()).toMillis() / 1e3,
        progress
            .view()
            .checkpoints()
            .restoredFrom()
            .map(Object::toString)
            .orElse("none: from the start"));
    long before = progress.ledger.count();
    // Everything may have been processed just before the kill, so that nothing new is left to come.
    progress.until(
        () -> progress.ledger.count() > before || progress.ledger.count() >= settings.records);
    progress.recovery = Duration.between(killed, Instant.now());
    out.printf(
        "  new results are committed %.1f s after the kill%n%n",
        progress.recovery.toMillis() / 1e3);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    cluster.ifPresent(
        started -> {
          try {
            started.stop();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    broker.ifPresent(
        starting -> starting.thenAccept(KafkaBroker::close).exceptionally(failure -> null).join());
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      out.println("Could not delete " + directory + ": " + e.getMessage());
    }
  }

  /** Looks at the job again and again and prints a line now and then. */
  private final class Progress {
    private final MillraceClient client;
    private final JobId job;
    private final Feeder feeder;
    private final CommittedReader ledger;
    private final CommittedReader results;
    private final Instant started =
        Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
    private JobView view;
    private long lateDropped;
    private long lastAsked = System.nanoTime();
    private long lastLine;
    private long lastLedger;
    private Duration firstResultAfter = Duration.ZERO;
    private Duration recovery = Duration.ZERO;

    Progress(
        MillraceClient client,
        JobId job,
        Feeder feeder,
        CommittedReader ledger,
        CommittedReader results) {
      this.client = client;
      this.job = job;
      this.feeder = feeder;
      this.ledger = ledger;
      this.results = results;
      this.view = client.job(job);
    }

    JobView view() {
      return view;
    }

    /** A condition that may fail with what a client fails with. */
    interface Condition {
      boolean holds() throws Exception;
    }

    void until(Condition condition) throws Exception {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!condition.holds()) {
        look();
        if (System.nanoTime() > end) {
          throw new DemoException(
              "Nothing more happened within "
                  + PATIENCE.toMinutes()
                  + " minutes; the job is "
                  + view.status());
        }
        Thread.sleep(LOOK.toMillis());
      }
    }

    void look() {
      feeder.check();
      if (System.nanoTime() - lastAsked >= ASK.toNanos()) {
        ask();
      }
      if (firstResultAfter.isZero() && results.count() > 0) {
        firstResultAfter = Duration.between(started, Instant.now());
        out.printf("  first result %.1f s after the start%n", firstResultAfter.toMillis() / 1e3);
      }
      long now = System.nanoTime();
      if (now - lastLine >= LINE.toNanos()) {
        line(now);
      }
    }

    void ask() {
      view = client.job(job);
      lastAsked = System.nanoTime();
      if (view.status() == Status.FAILED || view.status() == Status.CANCELED) {
        throw new DemoException(
            "The job has "
                + view.status()
                + ": "
                + view.rootCause().map(JobView.ExceptionView::summary).orElse("no reason given"));
      }
      lateDropped =
          Math.max(
              lateDropped,
              view.vertices().stream()
                  .mapToLong(vertex -> vertex.counters().getOrDefault("lateRecordsDropped", 0L))
                  .sum());
    }

    private void line(long now) {
      long committed = ledger.count();
      double rate = lastLine == 0 ? 0 : (committed - lastLedger) * 1e9 / (now - lastLine);
      double in =
          view.vertices().stream()
              .mapToDouble(
                  vertex -> vertex.inputs().isEmpty() ? vertex.recordsOutPerSecond() / 2 : 0)
              .sum();
      long watermark =
          view.vertices().stream()
              .mapToLong(JobView.VertexView::watermark)
              .min()
              .orElse(Long.MIN_VALUE);
      out.printf(
          "  %-11s fed %,10d  in %,9.0f/s  ledger %,10d (%,9.0f/s committed)  results %,6d  watermark %s  checkpoint %s  TaskManagers %d%n",
          view.status(),
          feeder.fed(),
          in,
          committed,
          rate,
          results.count(),
          watermark == Long.MIN_VALUE || watermark == Long.MAX_VALUE
              ? "-"
              : Instant.ofEpochMilli(watermark).toString().substring(11, 19),
          view.checkpoints().latest().map(checkpoint -> Long.toString(checkpoint.id())).orElse("-"),
          client.taskManagers().size());
      lastLine = now;
      lastLedger = committed;
    }
  }
}

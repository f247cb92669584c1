package io.millrace.benchmarks.measure;

import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.benchmarks.cluster.KeptCluster;
import io.millrace.benchmarks.cluster.Usage;
import io.millrace.benchmarks.measure.Run.Recovery;
import io.millrace.benchmarks.workload.Moments;
import io.millrace.benchmarks.workload.ResultPart;
import io.millrace.benchmarks.workload.Setting;
import io.millrace.benchmarks.workload.Workload;
import io.millrace.benchmarks.workload.Workload.PlainLoop;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Runs a plan on a cluster that is kept: a warm-up, then the measured runs. */
public final class Measurement {
  private static final Duration LOOK = Duration.ofMillis(5);

  private final Plan plan;
  private final KeptCluster cluster;
  private final Path directory;
  private int runs;

  /**
   * @param directory for what the runs leave; it exists
   */
  public Measurement(Plan plan, KeptCluster cluster, Path directory) {
    this.plan = plan;
    this.cluster = cluster;
    this.directory = directory;
  }

  /**
   * @param listener is told each line as soon as its runs are over
   */
  public void run(Consumer<Summary> listener) throws Exception {
    if (plan.warmUp() > 0) {
      run(plan.warmUp());
    }
    for (long records : plan.records()) {
      List<Run> measured = new ArrayList<>();
      List<Run> twice = new ArrayList<>();
      for (int i = 0; i < plan.runs(); i++) {
        measured.add(run(records));
        if (plan.steady()) {
          twice.add(run(2 * records));
        }
      }
      listener.accept(new Summary(plan, measured, twice));
    }
  }

  private Run run(long records) throws Exception {
    if (plan.workload() != Workload.LATENCY) {
      return run(records, Optional.empty());
    }
    try (PauseMeter pauses = PauseMeter.start()) {
      return run(records, Optional.of(pauses));
    }
  }

  private Run run(long records, Optional<PauseMeter> pauses) throws Exception {
    Path results = Files.createDirectory(directory.resolve("run-" + ++runs));
    cluster.collectGarbage();
    Usage before = cluster.usage();
    long start = System.nanoTime();
    JobHandle job = cluster.call(() -> start(records, results));
    CompletableFuture<JobResult> end = job.result().toCompletableFuture();
    if (plan.kill()) {
      killWhenReady(results, end);
    }
    JobResult result = end.get().orThrow();
    long wall = System.nanoTime() - start;
    Usage after = cluster.usage();
    Optional<PauseMeter.Seen> seen =
        pauses.isPresent() ? Optional.of(pauses.get().stop()) : Optional.empty();
    ResultPart part = ResultPart.sum(results);
    return new Run(
        records,
        wall,
        after.cpuNanos() - before.cpuNanos() - seen.map(PauseMeter.Seen::cpuNanos).orElse(0L),
        after.gcMillis() - before.gcMillis(),
        after.allocatedSince(before),
        part.records(),
        part.checksum(),
        longestStep(cluster.view(job.id())),
        plan.workload() == Workload.LATENCY
            ? Optional.of(new Latencies(part.latencies()))
            : Optional.empty(),
        seen.map(PauseMeter.Seen::pauses),
        plan.workload() == Workload.RECOVERY
            ? Optional.of(recovery(records, results, result))
            : Optional.empty(),
        plan.workload().plainLoop(records, plan.keys()).map(loop -> time(loop, part)));
  }

  /** Processor time of a plain loop; what comes out must be the same. */
  private static long time(PlainLoop loop, ResultPart expected) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    ResultPart part = loop.run();
    long cpu = threads.getCurrentThreadCpuTime() - before;
    if (part.records() != expected.records() || part.checksum() != expected.checksum()) {
      throw new IllegalStateException(
          String.format(
              "The job's results are not those of the plain loop: %d with checksum %016x, not %d with %016x",
              expected.records(), expected.checksum(), part.records(), part.checksum()));
    }
    return cpu;
  }

  private static Duration longestStep(JobView job) {
    return job.vertices().stream()
        .map(vertex -> vertex.steps().longest())
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  private JobHandle start(long records, Path results) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(plan.parallelism());
    RestartSettings restarts = RestartStrategies.fixedDelayRestart(3, Duration.ZERO);
    env.setRestartStrategy(restarts);
    env.setStateBackend(plan.backend());
    plan.checkpointInterval().ifPresent(env::enableCheckpointing);
    return plan.workload()
        .start(
            env,
            new Setting(
                records,
                plan.parallelism(),
                plan.keys(),
                plan.tumbling(),
                plan.recordsPerSecond(),
                plan.kill(),
                checkpoints(),
                restarts,
                results));
  }

  private CheckpointSettings checkpoints() {
    CheckpointSettings settings =
        plan.checkpointInterval()
            .map(CheckpointSettings::every)
            .orElse(CheckpointSettings.DISABLED);
    return new CheckpointSettings(
        settings.interval(),
        settings.timeout(),
        settings.minPause(),
        settings.retained(),
        settings.tolerableFailures(),
        settings.alignmentTimeout(),
        plan.backend());
  }

  private void killWhenReady(Path results, CompletableFuture<JobResult> end) throws Exception {
    while (Moments.of(results, Moments.READY).getCount() == 0) {
      if (end.isDone()) {
        return; // it was too short, which is told with its result
      }
      Thread.sleep(LOOK.toMillis());
    }
    Moments.note(results, Moments.FAILURE, 0, cluster.killTaskManager());
  }

  private static Recovery recovery(long records, Path results, JobResult result)
      throws IOException {
    LongSummaryStatistics failure = Moments.of(results, Moments.FAILURE);
    LongSummaryStatistics first = Moments.of(results, Moments.FIRST_RECORD);
    if (failure.getCount() == 0 || first.getCount() == 0 || result.restarts() == 0) {
      throw new IllegalStateException(
          "Nothing failed before the "
              + records
              + " records were processed: two checkpoints have to be completed in the meantime. Give"
              + " more --records, or a shorter --checkpoint-interval");
    }
    long moment = failure.getMin();
    return new Recovery(
        (Moments.of(results, Moments.OPENED).getMax() - moment) / 1e6,
        (first.getMin() - moment) / 1e6,
        (first.getMax() - moment) / 1e6);
  }
}

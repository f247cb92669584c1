package io.millrace.benchmarks.measure;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.api.datastream.source.DataGeneratorSource;
import io.millrace.benchmarks.cluster.KeptCluster;
import io.millrace.benchmarks.cluster.Usage;
import io.millrace.benchmarks.workload.Generators;
import io.millrace.benchmarks.workload.KeyedValue;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.runtime.submit.JobHandle;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What jobs cost that run and have nothing to do. */
public final class IdleMeasurement {
  private static final Duration LOOK = Duration.ofMillis(20);

  private final KeptCluster cluster;
  private final int parallelism;
  private final Optional<Duration> checkpointInterval;

  public IdleMeasurement(
      KeptCluster cluster, int parallelism, Optional<Duration> checkpointInterval) {
    this.cluster = cluster;
    this.parallelism = parallelism;
    this.checkpointInterval = checkpointInterval;
  }

  /**
   * Starts the jobs, lets them be for the same time, and then watches them.
   *
   * @param jobs of a source, a keyed sum and a sink, with one record in an hour
   * @return a line: with {@code cores}, the share of one core that all processes took
   */
  public ObjectNode run(int jobs, Duration time) throws Exception {
    List<JobHandle> started = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      started.add(cluster.call(this::start));
    }
    for (JobHandle job : started) {
      while (!isRunning(job)) {
        Thread.sleep(LOOK.toMillis());
      }
    }
    // What follows a start, compilers and threads that end, is not theirs.
    Thread.sleep(time.toMillis());
    Usage before = cluster.usage();
    long start = System.nanoTime();
    Thread.sleep(time.toMillis());
    Usage after = cluster.usage();
    long wall = System.nanoTime() - start;
    for (JobHandle job : started) {
      job.cancel();
      job.result().toCompletableFuture().get();
    }
    long cpu = after.cpuNanos() - before.cpuNanos();
    return JsonNodeFactory.instance
        .objectNode()
        .put("peer", "millrace")
        .put("workload", "idle")
        .put("variant", variant(jobs))
        .put("seconds", rounded(wall / 1e9))
        .put("cpu_ms", rounded(cpu / 1e6))
        .put("cores", rounded((double) cpu / wall))
        .put("alloc_kb", (after.allocatedSince(before)) >> 10)
        .put("java", System.getProperty("java.version"));
  }

  private String variant(int jobs) {
    return "jobs="
        + jobs
        + " parallelism="
        + parallelism
        + checkpointInterval.map(interval -> " cp=" + interval.toMillis()).orElse("");
  }

  private JobHandle start() throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    checkpointInterval.ifPresent(env::enableCheckpointing);
    env.fromSource(
            DataGeneratorSource.atRate(
                (i, due) -> Generators.ofKey(i), Long.MAX_VALUE / 4, 1 / 3600.0),
            WatermarkStrategy.noWatermarks(),
            "generator")
        .uid("generator")
        .keyBy(KeyedValue::key)
        .reduce((a, b) -> new KeyedValue(a.key(), a.value() + b.value()))
        .uid("sum")
        .sinkTo(new DiscardingSink<>());
    return env.executeAsync("idle");
  }

  private boolean isRunning(JobHandle job) {
    var vertices = cluster.view(job.id()).vertices();
    return !vertices.isEmpty()
        && vertices.stream()
            .allMatch(
                vertex ->
                    vertex.subtasksByState().getOrDefault("RUNNING", 0) == vertex.parallelism());
  }

  private static BigDecimal rounded(double value) {
    return BigDecimal.valueOf(value).setScale(4, RoundingMode.HALF_UP);
  }
}

package io.millrace.benchmarks.measure;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.benchmarks.measure.Run.Recovery;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The runs of one number of records; figures are medians. */
public final class Summary {
  private final Plan plan;
  private final List<Run> runs;
  private final List<Run> twice;

  /**
   * @param runs at least one
   * @param twice the runs of twice the records, each after its like in {@code runs}; or none
   */
  Summary(Plan plan, List<Run> runs, List<Run> twice) {
    this.plan = plan;
    this.runs = List.copyOf(runs);
    this.twice = List.copyOf(twice);
  }

  /** One line, with the keys that the peers' measurements have. */
  public ObjectNode json() {
    Run last = runs.get(runs.size() - 1);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("peer", "millrace")
        .put("workload", plan.workload().title())
        .put("variant", plan.variant())
        .put("records", last.records())
        .put("wall_s", rounded(median(run -> run.wallNanos() / 1e9), 3))
        .put("records_per_s", Math.round(median(Run::recordsPerSecond)))
        .put("min", Math.round(runs.stream().mapToDouble(Run::recordsPerSecond).min().orElse(0)))
        .put("max", Math.round(runs.stream().mapToDouble(Run::recordsPerSecond).max().orElse(0)))
        .put("cpu_ns_per_record", rounded(cpuPerRecord(), 3))
        .put(
            "cpu_min",
            rounded(runs.stream().mapToDouble(Run::cpuNanosPerRecord).min().orElse(0), 1))
        .put(
            "cpu_max",
            rounded(runs.stream().mapToDouble(Run::cpuNanosPerRecord).max().orElse(0), 1))
        .put("gc_ms", Math.round(median(Run::gcMillis)))
        .put("emitted", last.emitted())
        .put("checksum", checksum())
        .put("stable", runs.stream().mapToLong(Run::checksum).distinct().count() == 1)
        .put("java", System.getProperty("java.version"))
        .put("alloc_bytes_per_record", rounded(allocatedPerRecord(), 2))
        .put("longest_step_ms", rounded(median(run -> run.longestStep().toNanos() / 1e6), 1));
    steadyPerRecord().ifPresent(steady -> json.put("steady_cpu_ns_per_record", rounded(steady, 1)));
    plainPerRecord()
        .ifPresent(
            plain ->
                json.put("plain_cpu_ns_per_record", rounded(plain, 2))
                    .put("times_plain", rounded(timesPlain().orElseThrow(), 2)));
    latencies().ifPresent(times -> json.set("lat_us", json(times)));
    pauses().ifPresent(pauses -> json.set("pause_us", json(pauses)));
    if (last.recovery().isPresent()) {
      json.put("fail_to_open_ms", rounded(recovery(Recovery::open), 0))
          .put("fail_to_first_record_ms", rounded(recovery(Recovery::firstRecord), 0))
          .put(
              "fail_to_last_subtask_first_record_ms",
              rounded(recovery(Recovery::lastSubtasksFirstRecord), 0));
    }
    return json;
  }

  String workload() {
    return plan.workload().title();
  }

  String variant() {
    return plan.variant();
  }

  long records() {
    return runs.get(0).records();
  }

  double wallSeconds() {
    return median(run -> run.wallNanos() / 1e9);
  }

  double recordsPerSecond() {
    return median(Run::recordsPerSecond);
  }

  double cpuPerRecord() {
    return median(Run::cpuNanosPerRecord);
  }

  double allocatedPerRecord() {
    return median(run -> (double) run.allocated() / run.records());
  }

  long gcMillis() {
    return Math.round(median(Run::gcMillis));
  }

  String checksum() {
    return String.format("%016x", runs.get(runs.size() - 1).checksum());
  }

  /** What n further records cost, where so much was measured. */
  Optional<Double> steadyPerRecord() {
    if (twice.isEmpty()) {
      return Optional.empty();
    }
    double[] costs = new double[runs.size()];
    for (int i = 0; i < costs.length; i++) {
      Run once = runs.get(i);
      costs[i] = (double) (twice.get(i).cpuNanos() - once.cpuNanos()) / once.records();
    }
    return Optional.of(median(costs));
  }

  /** What a record costs in the plain loop: steady as the engine's figure, if that is measured. */
  Optional<Double> plainPerRecord() {
    if (runs.get(0).plainCpuNanos().isEmpty()) {
      return Optional.empty();
    }
    double[] costs = new double[runs.size()];
    for (int i = 0; i < costs.length; i++) {
      long once = runs.get(i).plainCpuNanos().orElseThrow();
      long nanos = twice.isEmpty() ? once : twice.get(i).plainCpuNanos().orElseThrow() - once;
      costs[i] = (double) nanos / runs.get(i).records();
    }
    return Optional.of(median(costs));
  }

  /** How many times the plain loop's cost the engine's is. */
  Optional<Double> timesPlain() {
    return plainPerRecord().map(plain -> steadyPerRecord().orElse(cpuPerRecord()) / plain);
  }

  /** Of the run whose 99th percentile is the median one. */
  Optional<Latencies> latencies() {
    return medianByLatency().flatMap(Run::latencies);
  }

  /** The machine's own pauses in the run that {@link #latencies} are of. */
  Optional<Latencies> pauses() {
    return medianByLatency().flatMap(Run::pauses);
  }

  private Optional<Run> medianByLatency() {
    List<Run> timed =
        runs.stream()
            .filter(run -> run.latencies().isPresent())
            .sorted(Comparator.comparingDouble(run -> run.latencies().get().percentile(99)))
            .toList();
    return timed.isEmpty() ? Optional.empty() : Optional.of(timed.get(timed.size() / 2));
  }

  Optional<Double> firstRecordAfterFailure() {
    return runs.get(0).recovery().map(any -> recovery(Recovery::firstRecord));
  }

  private double recovery(ToDoubleFunction<Recovery> part) {
    return median(run -> part.applyAsDouble(run.recovery().orElseThrow()));
  }

  private static ObjectNode json(Latencies latencies) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("count", latencies.count())
        .put("p50", Math.round(latencies.percentile(50)))
        .put("p90", Math.round(latencies.percentile(90)))
        .put("p99", Math.round(latencies.percentile(99)))
        .put("p999", Math.round(latencies.percentile(99.9)))
        .put("max", Math.round(latencies.percentile(100)));
  }

  private double median(ToDoubleFunction<Run> figure) {
    return median(runs.stream().mapToDouble(figure).toArray());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static BigDecimal rounded(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
  }
}

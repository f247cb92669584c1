package io.millrace.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results for people: a heading, then a line for each number of records. */
public final class ResultTable {
  private final boolean steady;

  public ResultTable(boolean steady) {
    this.steady = steady;
  }

  public String heading() {
    return String.format(
        Locale.ROOT,
        "%-13s %-28s %13s %8s %13s %10s %10s %8s  %-16s",
        "workload",
        "variant",
        "records",
        "wall s",
        "records/s",
        steady ? "steady ns" : "CPU ns",
        steady ? "cold ns" : "alloc B",
        "GC ms",
        "checksum");
  }

  public String line(Summary result) {
    return String.format(
        Locale.ROOT,
        "%-13s %-28s %,13d %8.3f %,13.0f %10.1f %10.2f %8d  %-16s%s",
        result.workload(),
        result.variant(),
        result.records(),
        result.wallSeconds(),
        result.recordsPerSecond(),
        result.steadyPerRecord().orElse(result.cpuPerRecord()),
        steady ? result.cpuPerRecord() : result.allocatedPerRecord(),
        result.gcMillis(),
        result.checksum(),
        extra(result));
  }

  private static String extra(Summary result) {
    List<String> parts = new ArrayList<>();
    result
        .latencies()
        .ifPresent(
            latencies ->
                parts.add(
                    String.format(
                        Locale.ROOT,
                        "latency p50 %.0f, p99 %.0f, p99.9 %.0f, most %.0f us",
                        latencies.percentile(50),
                        latencies.percentile(99),
                        latencies.percentile(99.9),
                        latencies.percentile(100))));
    result
        .pauses()
        .ifPresent(
            pauses ->
                parts.add(
                    String.format(
                        Locale.ROOT,
                        "the machine's own pauses p50 %.0f, p99 %.0f, most %.0f us",
                        pauses.percentile(50),
                        pauses.percentile(99),
                        pauses.percentile(100))));
    result
        .firstRecordAfterFailure()
        .ifPresent(
            millis ->
                parts.add(
                    String.format(Locale.ROOT, "first record %.0f ms after the failure", millis)));
    result
        .plainPerRecord()
        .ifPresent(
            plain ->
                parts.add(
                    String.format(
                        Locale.ROOT,
                        "the plain loop %.1f ns: %.2f times that",
                        plain,
                        result.timesPlain().orElseThrow())));
    return parts.isEmpty() ? "" : "\n  " + String.join("; ", parts);
  }
}

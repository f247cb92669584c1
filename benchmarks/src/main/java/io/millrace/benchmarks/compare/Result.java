package io.millrace.benchmarks.compare;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How a comparison ended for one figure. Values are medians over the pairs.
 *
 * @param ratio theirs by ours, pair by pair
 * @param coldOther CPU time by records of the shorter run, in nanoseconds
 * @param longEnough whether each run lasted as long as it has to
 */
record Result(
    String name,
    Target target,
    double other,
    double ours,
    Optional<Double> limit,
    Interval ratio,
    double coldOther,
    double coldOurs,
    boolean longEnough) {
  static String heading() {
    return String.format(
        "%-24s %-10s %10s %10s %8s %7s %15s %-24s %-8s %10s %10s",
        "comparison",
        "figure",
        "other",
        "millrace",
        "plain",
        "ratio",
        "90 % interval",
        "target (stretch)",
        "verdict",
        "cold other",
        "cold ours");
  }

  String line() {
    return String.format(
        Locale.ROOT,
        "%-24s %-10s %10.1f %10.1f %8s %7.2f %15s %-24s %-8s %10.1f %10.1f%s",
        name,
        target.figure().name().toLowerCase(Locale.ROOT),
        other,
        ours,
        limit.map(value -> String.format(Locale.ROOT, "%.1f", value)).orElse(""),
        ratio.middle(),
        String.format(Locale.ROOT, "%.2f..%.2f", ratio.low(), ratio.high()),
        target,
        target.verdict(ratio, ours, limit),
        coldOther,
        coldOurs,
        longEnough ? "" : "  (runs too short to count)");
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length % 2 == 1
        ? sorted[sorted.length / 2]
        : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  }
}

package io.millrace.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Holds one comparison: the contenders run alternately, so that the machine's moods hit both. */
final class Contest {
  /** Longer than asked for, since rates are not the same twice. */
  private static final double MARGIN = 1.2;

  private final Comparison comparison;
  private final Launcher launcher;
  private final Consumer<String> progress;
  private final int pairs;
  private final double seconds;

  /**
   * @param seconds that a run lasts at least, where its length can be chosen
   */
  Contest(
      Comparison comparison,
      Launcher launcher,
      Consumer<String> progress,
      int pairs,
      double seconds) {
    this.comparison = comparison;
    this.launcher = launcher;
    this.progress = progress;
    this.pairs = pairs;
    this.seconds = seconds;
  }

  /** What a contender needed: a value a pair and target. */
  private static final class Score {
    private final Contender contender;
    private final List<Long> records;
    private final List<double[]> figures = new ArrayList<>();
    private final List<Double> cold = new ArrayList<>();
    private double shortest = Double.MAX_VALUE;
    private String checksum = "";

    Score(Contender contender, List<Long> records) {
      this.contender = contender;
      this.records = records;
    }

    double[] figure(int target) {
      return figures.stream().mapToDouble(each -> each[target]).toArray();
    }
  }

  List<Result> hold() throws IOException, InterruptedException {
    List<Long> theirs = records(comparison.other());
    List<Long> own = records(comparison.ours());
    if (comparison.sameLength()) {
      theirs = theirs.get(1) > own.get(1) ? theirs : own;
      own = theirs;
    }
    Score other = new Score(comparison.other(), theirs);
    Score ours = new Score(comparison.ours(), own);
    Optional<Score> limit = Optional.empty();
    if (comparison.limit().isPresent()) {
      Contender loop = comparison.limit().get();
      limit = Optional.of(new Score(loop, records(loop)));
    }
    for (int pair = 1; pair <= pairs; pair++) {
      progress.accept(comparison.name() + ": pair " + pair + " of " + pairs);
      run(other);
      run(ours);
      if (limit.isPresent()) {
        run(limit.get());
      }
    }
    requireEqual(other, ours);
    limit.ifPresent(loop -> requireEqual(loop, ours));
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < comparison.targets().size(); i++) {
      results.add(result(i, other, ours, limit));
    }
    return results;
  }

  private Result result(int target, Score other, Score ours, Optional<Score> limit) {
    double[] theirs = other.figure(target);
    double[] own = ours.figure(target);
    double[] ratios = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      ratios[i] = theirs[i] / own[i];
    }
    return new Result(
        comparison.name(),
        comparison.targets().get(target),
        Result.median(theirs),
        Result.median(own),
        limit.map(loop -> Result.median(loop.figure(target))),
        Interval.of(ratios),
        Result.median(other.cold.stream().mapToDouble(Double::doubleValue).toArray()),
        Result.median(ours.cold.stream().mapToDouble(Double::doubleValue).toArray()),
        ours.contender.records().isPresent()
            || (other.shortest >= seconds && ours.shortest >= seconds));
  }

  /** Of the runs of one process. */
  private List<Long> records(Contender contender) throws IOException, InterruptedException {
    if (contender.records().isPresent()) {
      return List.of(contender.records().getAsLong());
    }
    long n = calibrate(contender);
    return List.of(comparison.shared(), n, 2 * n);
  }

  /** Records that last as long as a run has to. */
  private long calibrate(Contender contender) throws IOException, InterruptedException {
    long shared = comparison.shared();
    double early = recordsPerSecond(contender, 5 * shared);
    // In its first second the code is not yet what the compiler makes of it in the end.
    double late = recordsPerSecond(contender, Math.max(5 * shared, (long) (early * seconds / 2)));
    double wanted = Math.max(shared, Math.max(early, late) * seconds * MARGIN);
    double unit = Math.pow(10, Math.floor(Math.log10(wanted)) - 1);
    long n = (long) (Math.ceil(wanted / unit) * unit);
    progress.accept(String.format("%s: %,d records for %s", comparison.name(), n, contender));
    return n;
  }

  private double recordsPerSecond(Contender contender, long records)
      throws IOException, InterruptedException {
    long shared = comparison.shared();
    List<JsonNode> lines = launcher.measure(contender, List.of(shared, records), shared);
    JsonNode less = lines.get(0);
    JsonNode more = lines.get(1);
    double between = more.get("wall_s").asDouble() - less.get("wall_s").asDouble();
    // Without what a start takes, if that can be told.
    return between > 0.05 ? (records - shared) / between : more.get("records_per_s").asDouble();
  }

  private void run(Score score) throws IOException, InterruptedException {
    List<JsonNode> lines = launcher.measure(score.contender, score.records, comparison.shared());
    score.figures.add(
        comparison.targets().stream().mapToDouble(target -> target.figure().of(lines)).toArray());
    JsonNode measured = lines.get(score.records.size() > 1 ? 1 : 0);
    score.cold.add(measured.get("cpu_ns_per_record").asDouble());
    score.shortest = Math.min(score.shortest, measured.get("wall_s").asDouble());
    if (score.records.size() > 1) {
      score.checksum = lines.get(0).get("checksum").asText();
    }
  }

  private void requireEqual(Score one, Score two) {
    if (!one.checksum.equals(two.checksum)) {
      throw new IllegalStateException(
          String.format(
              "%s: of %,d records, %s gave the checksum %s and %s gave %s: they did not do the same",
              comparison.name(),
              comparison.shared(),
              one.contender,
              one.checksum,
              two.contender,
              two.checksum));
    }
  }
}

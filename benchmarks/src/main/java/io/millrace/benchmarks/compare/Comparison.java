package io.millrace.benchmarks.compare;

import static io.millrace.benchmarks.compare.Contender.flink;
import static io.millrace.benchmarks.compare.Contender.millrace;
import static io.millrace.benchmarks.compare.Contender.plain;

import java.util.List;
import java.util.Optional;

/**
 * Two contenders and the limit, if there is one, with what is wanted of the ratio.
 *
 * @param name on the command line
 * @param shared number of records with which all of them are run, so that results can be compared;
 *     also the warm-up's
 * @param sameLength whether both run as many records, since what one costs depends on how many came
 *     before
 */
record Comparison(
    String name,
    Contender other,
    Contender ours,
    Optional<Contender> limit,
    long shared,
    List<Target> targets,
    boolean sameLength) {
  Comparison(
      String name,
      Contender other,
      Contender ours,
      Optional<Contender> limit,
      long shared,
      List<Target> targets) {
    this(name, other, ours, limit, shared, targets, false);
  }

  private static final String P1 = "--parallelism=1";

  /** All there are, in the order of the table. */
  static List<Comparison> all() {
    return List.of(
        steady(
            "map-filter",
            flink("map-filter", "--parallelism", "1"),
            millrace("map-filter", P1),
            Optional.of(plain("map-filter")),
            2_000_000,
            Target.steady(4).stretchOfLimit(2)),
        steady(
            "source-only",
            flink("source-only", "--parallelism", "1"),
            millrace("source-only", P1),
            Optional.empty(),
            2_000_000,
            Target.steady(1)),
        steady(
            "shuffle-only",
            flink("shuffle-only", "--parallelism", "2"),
            millrace("shuffle-only"),
            Optional.empty(),
            2_000_000,
            Target.steady(4).stretch(10)),
        steady(
            "keyed-count",
            flink("keyed-count", "--parallelism", "2"),
            millrace("keyed-count"),
            Optional.of(plain("keyed-count", "--parallelism", "2")),
            2_000_000,
            Target.steady(6).stretchOfLimit(1.2)),
        steady(
            "keyed-count-1k",
            flink("keyed-count", "--parallelism", "2", "--keys", "1k"),
            millrace("keyed-count", "--keys=1k"),
            Optional.of(plain("keyed-count", "--parallelism", "2", "--keys", "1k")),
            2_000_000,
            Target.steady(6).stretch(10)),
        steady(
            "wordcount",
            flink("wordcount", "--parallelism", "2"),
            millrace("wordcount"),
            Optional.of(plain("wordcount")),
            200_000,
            Target.steady(4).stretchOfLimit(2)),
        steady(
            "window",
            flink("window", "--parallelism", "2"),
            millrace("window"),
            Optional.of(plain("window")),
            1_000_000,
            Target.steady(10).stretchOfLimit(3)),
        steady(
            "window-tumbling",
            flink("window", "--parallelism", "2", "--tumbling"),
            millrace("window", "--tumbling"),
            Optional.of(plain("window", "--tumbling")),
            1_000_000,
            Target.steady(8).stretchOfLimit(3)),
        steady(
            "join",
            flink("join", "--parallelism", "2"),
            millrace("join"),
            Optional.of(plain("join")),
            1_000_000,
            Target.steady(8).stretch(20)),
        steady(
            "keyed-count-processes",
            flink("keyed-count", "--parallelism", "2", "--tms", "2"),
            millrace("keyed-count", "--task-managers=2"),
            Optional.empty(),
            2_000_000,
            Target.steady(4).stretch(6)),
        // With checkpoints at most 10 % (3 %) more than without.
        steady(
            "keyed-count-checkpoints",
            millrace("keyed-count"),
            millrace("keyed-count", "--checkpoint-interval=1s"),
            Optional.empty(),
            2_000_000,
            Target.steady(1 / 1.1).stretch(1 / 1.03)),
        // Durable checkpoints every second on both sides, to local files. Millrace has 128 MiB for
        // blocks and write buffers besides its cache, and Flink as much as both together.
        steady(
            "keyed-count-rocksdb-1k",
            flinkOnRocksDb("1k", "256m"),
            millraceOnRocksDb("1k", "128 MiB"),
            Optional.empty(),
            500_000,
            Target.steady(30)),
        steady(
            "keyed-count-rocksdb",
            flinkOnRocksDb("1M", "384m"),
            millraceOnRocksDb("1M", "256 MiB"),
            Optional.empty(),
            500_000,
            Target.steady(10)),
        steady(
                "keyed-count-rocksdb-20m",
                flinkOnRocksDb("20M", "192m"),
                millraceOnRocksDb("20M", "64 MiB"),
                Optional.empty(),
                500_000,
                Target.steady(2))
            // The database grows with nearly every record.
            .withSameLength(),
        new Comparison(
            "latency",
            flink("latency", "--parallelism", "2", "--buffer-timeout", "0").of(500_000),
            millrace("latency").of(500_000),
            Optional.of(plain("latency").of(500_000)),
            100_000,
            List.of(
                Target.of(Figure.P50, 1, 1),
                Target.of(Figure.P99, 1, 2),
                Target.of(Figure.COLD_CPU, 2, 4))),
        new Comparison(
            "recovery",
            flink("recovery", "--parallelism", "2", "--cp", "1000").of(15_000_000),
            millrace("recovery").of(60_000_000),
            Optional.empty(),
            0,
            List.of(Target.atMost(Figure.RECOVERY, 800))),
        new Comparison(
            "recovery-kill",
            flink("recovery", "--parallelism", "2", "--cp", "1000").of(15_000_000),
            millrace("recovery", "--kill", "--task-managers=2").of(60_000_000),
            Optional.empty(),
            0,
            List.of(Target.atMost(Figure.RECOVERY, 2_000))));
  }

  private Comparison withSameLength() {
    return new Comparison(name, other, ours, limit, shared, targets, true);
  }

  private static Contender flinkOnRocksDb(String keys, String memory) {
    return flink(
        "keyed-count",
        "--parallelism",
        "2",
        "--keys",
        keys,
        "--backend",
        "rocksdb",
        "--managed",
        memory,
        "--cp",
        "1000",
        "--incremental",
        "true");
  }

  private static Contender millraceOnRocksDb(String keys, String cache) {
    return millrace(
        "keyed-count",
        "--keys=" + keys,
        "--backend=rocksdb",
        "--cache=" + cache,
        "--checkpoint-interval=1s");
  }

  Comparison withoutLimit() {
    return new Comparison(name, other, ours, Optional.empty(), shared, targets, sameLength);
  }

  private static Comparison steady(
      String name,
      Contender other,
      Contender ours,
      Optional<Contender> limit,
      long shared,
      Target target) {
    return new Comparison(name, other, ours, limit, shared, List.of(target));
  }
}

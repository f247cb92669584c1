package io.millrace.processtests.differential;

import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.source.DataGeneratorSource;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.core.window.WindowAssigner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A job that a seed decides: generated records through random steps. Its results depend on nothing
 * but the seed: event times are out of order, but within the bound that the watermark allows, and
 * what depends on the order of a key's records stands only where there is one.
 */
final class RandomJob implements Job<Row> {
  /** How far records are out of order, in milliseconds. */
  private static final int DISORDER = 500;

  private final long seed;
  private final long records;
  private final long epoch;
  private final int keys;
  private final int sources;
  private final int parallelism;
  private final int maxParallelism;
  private final Shape shape;
  private final List<Object> steps = new ArrayList<>();

  /** What the order of records is known of: all, those of a key, or none. */
  private boolean ordered;

  private Optional<Keying> orderedBy = Optional.empty();
  private boolean slid;

  RandomJob(long seed, int mostRecords) {
    Random random = new Random(seed);
    this.seed = seed;
    this.records = mostRecords / 2 + random.nextInt(mostRecords / 2);
    this.epoch = new long[] {0, -20_000, 1_700_000_000_000L}[random.nextInt(3)];
    this.keys = new int[] {1, 7, 100, 3_000}[random.nextInt(4)];
    this.sources = 1 + random.nextInt(2);
    this.parallelism = 2 + random.nextInt(3);
    this.maxParallelism = random.nextBoolean() ? 128 : 8;
    this.shape = any(Shape.values(), random);
    this.ordered = sources == 1;
    int count = 2 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      steps.add(random.nextInt(6) == 0 ? any(Shape.values(), random) : step(random));
    }
    if (steps.stream().noneMatch(step -> step instanceof KeyedStep || step instanceof WindowStep)) {
      steps.add(keyed(random));
    }
  }

  private static <T> T any(T[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  private Step step(Random random) {
    if (random.nextBoolean()) {
      return keyed(random);
    }
    PlainStep step = new PlainStep(any(PlainStep.Kind.values(), random), random.nextInt(1_000));
    boolean newKeys = step.kind() == PlainStep.Kind.NEW_KEYS;
    ordered &= step.kind().isOrdered() && (orderedBy.isEmpty() || !newKeys);
    return step;
  }

  private Step keyed(Random random) {
    Keying keying = new Keying(any(KeyKind.values(), random), keys);
    if (ordered && random.nextInt(3) > 0) {
      keying = orderedBy.orElse(keying);
      orderedBy = Optional.of(keying);
      return new KeyedStep(any(ordering(true), random), keying);
    }
    ordered = false;
    return random.nextInt(5) < 2
        ? new KeyedStep(any(ordering(false), random), keying)
        : new WindowStep(assigner(random), any(WindowStep.Fold.values(), random), keying);
  }

  private static KeyedStep.Kind[] ordering(boolean needed) {
    return Arrays.stream(KeyedStep.Kind.values())
        .filter(kind -> kind.needsOrder() == needed)
        .toArray(KeyedStep.Kind[]::new);
  }

  private WindowAssigner assigner(Random random) {
    int kind = random.nextInt(3);
    if (kind == 0 && !slid) {
      slid = true; // Once: each multiplies the records.
      return any(
          new WindowAssigner[] {
            new SlidingEventTimeWindows(1_000, 200, 0),
            new SlidingEventTimeWindows(900, 600, 200),
            new SlidingEventTimeWindows(400, 1_000, -100)
          },
          random);
    }
    return kind == 1
        ? new EventTimeSessionWindows(1 + random.nextInt(300))
        : new TumblingEventTimeWindows(100 + random.nextInt(2_000), random.nextInt(100));
  }

  // ---- its records

  private static long mixed(long seed, long index) {
    long x = seed * 0x9E3779B97F4A7C15L + index * 0xD1B54A32D192ED03L;
    x = (x ^ (x >>> 32)) * 0xD6E8FEB86659FD93L;
    return (x ^ (x >>> 29)) >>> 8;
  }

  private static long a(long seed, long index) {
    return mixed(seed, index) & Row.MOST_A;
  }

  /** Of the record whose value is still its number. */
  private static long time(long seed, long epoch, long index) {
    return epoch + 2 * index + mixed(~seed, index) % DISORDER;
  }

  // ---- the two ways to run it

  @Override
  public StreamExecutionEnvironment define(String run, boolean whole) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setMaxParallelism(maxParallelism);
    long ofSeed = seed;
    long from = epoch;
    Shape first = shape;
    Flow flow =
        new Flow(
            env.fromSource(
                    new DataGeneratorSource<Object>(
                        i -> first.of(a(ofSeed, i), i), records, first.type(whole)),
                    WatermarkStrategy.<Object>forBoundedOutOfOrderness(Duration.ofMillis(DISORDER))
                        .withTimestampAssigner((r, none) -> time(ofSeed, from, first.b(r))),
                    "records")
                .setParallelism(sources),
            first,
            whole,
            sources,
            parallelism);
    for (Object step : steps) {
      flow = step instanceof Shape next ? flow.to(next) : ((Step) step).apply(flow);
    }
    Shape last = flow.shape();
    Results.say(
        flow.stream(), flow.parallelism(), run, (r, time) -> new Row(last.a(r), last.b(r), time));
    return env;
  }

  List<Row> reference() {
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < records; i++) {
      rows.add(new Row(a(seed, i), i, time(seed, epoch, i)));
    }
    for (Object step : steps) {
      rows = step instanceof Step real ? real.reference(rows) : rows;
    }
    return sorted(rows);
  }

  static List<Row> sorted(Collection<Row> rows) {
    return rows.stream().sorted().toList();
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + ": "
        + records
        + " records of "
        + sources
        + " subtasks as "
        + shape
        + ", parallelism "
        + parallelism
        + " of at most "
        + maxParallelism
        + ", then "
        + steps;
  }
}

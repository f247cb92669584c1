package io.millrace.benchmarks.workload;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.source.DataGeneratorSource;
import io.millrace.api.datastream.source.GeneratorFunction;
import io.millrace.benchmarks.columnar.ColumnarSum;
import io.millrace.benchmarks.columnar.PlainSum;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobRunners;
import io.millrace.runtime.submit.RunSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The jobs that are measured: what any user would write, and no more. */
public enum Workload {
  SOURCE_ONLY(100_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      generate(env, setting, i -> Generators.random(1, i))
          .sinkTo(new ChecksumSink<>(setting.results(), x -> x));
    }
  },

  MAP_FILTER(100_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      generate(env, setting, i -> Generators.random(1, i))
          .map(x -> x * 31 + 7)
          .filter(y -> (y & 3) != 0)
          .sinkTo(new ChecksumSink<>(setting.results(), y -> y));
    }
  },

  SHUFFLE_ONLY(40_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      long keys = setting.keys();
      generate(env, setting, i -> Generators.keyedValue(i, keys))
          .keyBy(KeyedValue::key)
          .sinkTo(new ChecksumSink<>(setting.results(), r -> Generators.hash(r.key(), r.value())));
    }
  },

  KEYED_COUNT(30_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      long keys = setting.keys();
      generate(env, setting, i -> Generators.keyedValue(i, keys))
          .keyBy(KeyedValue::key)
          .process(new RunningSum())
          .uid("sum")
          .sinkTo(new ChecksumSink<>(setting.results(), r -> Generators.hash(r.key(), r.value())));
    }
  },

  WORDCOUNT(3_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      generate(env, setting, Lines::line)
          .flatMap(new SplitLine())
          .keyBy(WordCount::word)
          .reduce((a, b) -> new WordCount(a.word(), a.count() + b.count()))
          .uid("count")
          .sinkTo(
              new ChecksumSink<>(
                  setting.results(), r -> Generators.hash(r.word().hashCode(), r.count())));
    }
  },

  WINDOW(20_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      env.fromSource(
              new DataGeneratorSource<>(Generators::bid, setting.records()),
              WatermarkStrategy.<Bid>forBoundedOutOfOrderness(Duration.ofSeconds(1))
                  .withTimestampAssigner((bid, none) -> bid.time()),
              "bids")
          .uid("bids")
          .keyBy(Bid::auction)
          .window(
              setting.tumbling()
                  ? TumblingEventTimeWindows.of(Duration.ofSeconds(10))
                  : SlidingEventTimeWindows.of(Duration.ofSeconds(10), Duration.ofSeconds(2)))
          .aggregate(new CountBids(), new WithWindow())
          .uid("windows")
          .sinkTo(
              new ChecksumSink<>(
                  setting.results(), r -> Generators.hash(r.auction(), r.windowEnd(), r.bids())));
    }
  },

  JOIN(20_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      DataStream<Person> persons =
          env.fromSource(
                  new DataGeneratorSource<>(Generators::person, setting.records() / 4),
                  WatermarkStrategy.<Person>forMonotonousTimestamps()
                      .withTimestampAssigner((person, none) -> person.time()),
                  "persons")
              .uid("persons");
      DataStream<Auction> auctions =
          env.fromSource(
                  new DataGeneratorSource<>(Generators::auction, setting.records() / 4 * 3),
                  WatermarkStrategy.<Auction>forMonotonousTimestamps()
                      .withTimestampAssigner((auction, none) -> auction.time()),
                  "auctions")
              .uid("auctions");
      persons
          .join(auctions)
          .where(Person::id)
          .equalTo(Auction::seller)
          .window(TumblingEventTimeWindows.of(JOIN_WINDOW))
          .apply(
              (person, auction) ->
                  new Offer(
                      person.id(),
                      TimeWindow.startOf(auction.time(), 0, JOIN_WINDOW.toMillis())
                          + JOIN_WINDOW.toMillis(),
                      auction.number()))
          .uid("join")
          .sinkTo(
              new ChecksumSink<>(
                  setting.results(), r -> Generators.hash(r.seller(), r.windowEnd(), r.auction())));
    }
  },

  LATENCY(500_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      env.fromSource(
              DataGeneratorSource.atRate(
                  (i, due) -> new TimedKey(Generators.key(i, 10_000), i, due),
                  setting.records(),
                  setting.recordsPerSecond()),
              WatermarkStrategy.noWatermarks(),
              "generator")
          .uid("generator")
          .keyBy(TimedKey::key)
          .reduce((a, b) -> new TimedKey(a.key(), b.index(), b.due()))
          .uid("last")
          .sinkTo(new LatencySink(setting.results(), (long) (5 * setting.recordsPerSecond())));
    }
  },

  RECOVERY(60_000_000) {
    @Override
    void define(StreamExecutionEnvironment env, Setting setting) {
      long keys = setting.keys();
      generate(env, setting, i -> i < keys ? Generators.ofKey(i) : Generators.keyedValue(i, keys))
          .keyBy(KeyedValue::key)
          .process(
              new FailOnce(
                  setting.results(),
                  !setting.kill(),
                  setting.records() / 2 / setting.parallelism()))
          .uid("sum")
          .sinkTo(new ChecksumSink<>(setting.results(), r -> Generators.hash(r.key(), r.value())));
    }
  },

  /** Put together below the DataStream API, which has no columns, and beside its plain loop. */
  COLUMNAR_SUM(60_000_000) {
    @Override
    public JobHandle start(StreamExecutionEnvironment env, Setting setting) {
      return JobRunners.find(env.getConfiguration())
          .submit(
              ColumnarSum.of(setting.records(), setting.keys(), setting.results())
                  .graph(setting.parallelism(), setting.checkpoints(), setting.restarts()),
              RunSettings.of(env.getConfiguration(), Workload.class.getClassLoader()));
    }

    @Override
    public Optional<PlainLoop> plainLoop(long records, long keys) {
      return Optional.of(
          () -> {
            PlainSum.Outcome outcome = PlainSum.run(records, keys);
            return new ResultPart(outcome.emitted(), outcome.checksum(), new long[0]);
          });
    }
  };

  private static final Duration JOIN_WINDOW = Duration.ofSeconds(10);

  private final long defaultRecords;

  Workload(long defaultRecords) {
    this.defaultRecords = defaultRecords;
  }

  /** Records that make a run of some seconds. */
  public long defaultRecords() {
    return defaultRecords;
  }

  /** Adds the job's sources, operators and sinks to the environment. */
  void define(StreamExecutionEnvironment env, Setting setting) {
    throw new UnsupportedOperationException(title() + " is not a job of the DataStream API");
  }

  /** Starts the job where the environment's jobs run. */
  public JobHandle start(StreamExecutionEnvironment env, Setting setting) throws Exception {
    define(env, setting);
    return env.executeAsync(title());
  }

  /** The same work without the engine, where it is measured beside it. */
  public Optional<PlainLoop> plainLoop(long records, long keys) {
    return Optional.empty();
  }

  /** A workload as one loop. */
  public interface PlainLoop {
    /** What the sinks of the job see together. */
    ResultPart run();
  }

  /** As the command line has it: {@code keyed-count}. */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The workload of that title. */
  public static Optional<Workload> titled(String title) {
    return Arrays.stream(values()).filter(workload -> workload.title().equals(title)).findFirst();
  }

  public boolean hasKeys() {
    return this == SHUFFLE_ONLY || this == KEYED_COUNT || this == RECOVERY || this == COLUMNAR_SUM;
  }

  private static <T> DataStream<T> generate(
      StreamExecutionEnvironment env, Setting setting, GeneratorFunction<T> generator) {
    return env.fromSource(
            new DataGeneratorSource<>(generator, setting.records()),
            WatermarkStrategy.noWatermarks(),
            "generator")
        .uid("generator");
  }
}

package io.millrace.api.datastream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.CoFlatMapFunction;
import io.millrace.core.function.CoProcessFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessFunction;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.TumblingEventTimeWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs run on real tasks; each part of the API end to end. */
@Timeout(120)
class EndToEndTest {
  record Click(long user, long time) {}

  record Seen(long user, long count, long end) {}

  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);

  private static <T> List<T> collect(DataStream<T> stream) throws Exception {
    List<T> records = new ArrayList<>();
    try (CloseableIterator<T> all = stream.executeAndCollect()) {
      all.forEachRemaining(records::add);
    }
    return records;
  }

  /** Users 0 to 9 in turn, a click a second. */
  private DataStream<Click> clicks(int number) {
    return env.fromSequence(0, number - 1)
        .setParallelism(1)
        .map(n -> new Click(n % 10, n * 1_000))
        .setParallelism(1)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Click>forMonotonousTimestamps()
                .withTimestampAssigner((click, before) -> click.time()))
        .setParallelism(1);
  }

  static final class Clicks implements AggregateFunction<Click, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Click value, Long accumulator) {
      return accumulator + 1;
    }

    @Override
    public Long getResult(Long accumulator) {
      return accumulator;
    }

    @Override
    public Long merge(Long left, Long right) {
      return left + right;
    }
  }

  static final class ToSeen extends ProcessWindowFunction<Long, Seen, Long, TimeWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void process(
        Long key, Context<TimeWindow> context, Iterable<Long> counts, Collector<Seen> out) {
      out.collect(new Seen(key, counts.iterator().next(), context.window().getEnd()));
    }
  }

  @Test
  void mapsFiltersAndFlatMaps() throws Exception {
    DataStream<Long> numbers =
        env.fromSequence(1, 1_000)
            .map(n -> n * 2)
            .filter(n -> n % 4 == 0)
            .<Long>flatMap(
                (n, out) -> {
                  out.collect(n);
                  out.collect(-n);
                });

    assertThat(collect(numbers)).hasSize(1_000).contains(4L, -4L, 2_000L).doesNotContain(6L);
  }

  @Test
  void reducesByKeyOfAnObject() throws Exception {
    List<String> results =
        collect(
            env.fromData("a", "bb", "cc", "a", "ddd", "a")
                .keyBy(word -> word.substring(0, 1))
                .reduce((left, right) -> left + right));

    assertThat(results).containsExactlyInAnyOrder("a", "aa", "aaa", "bb", "cc", "ddd");
  }

  @Test
  void slidingWindowsAreComplete() throws Exception {
    List<Seen> seen =
        collect(
            clicks(100)
                .keyBy(Click::user)
                .window(SlidingEventTimeWindows.of(Duration.ofSeconds(20), Duration.ofSeconds(10)))
                .aggregate(new Clicks(), new ToSeen()));

    assertThat(seen).hasSize(110);
    assertThat(seen.stream().mapToLong(Seen::count).sum()).isEqualTo(200);
    assertThat(seen)
        .contains(new Seen(3, 2, 50_000), new Seen(3, 1, 10_000), new Seen(9, 1, 110_000));
  }

  @Test
  void tumblingSessionAndWholeStreamWindows() throws Exception {
    DataStream<Click> clicks = clicks(100);
    DataStream<Long> tumbling =
        clicks
            .keyBy(Click::user)
            .window(TumblingEventTimeWindows.of(Duration.ofSeconds(50)))
            .aggregate(new Clicks());
    DataStream<Long> sessions =
        clicks
            .keyBy(Click::user)
            .window(EventTimeSessionWindows.withGap(Duration.ofSeconds(11)))
            .<Long>apply(
                (user, window, elements, out) -> {
                  long n = 0;
                  for (Click click : elements) {
                    n += click.time() >= 0 ? 1 : 0;
                  }
                  out.collect(100 * n);
                });
    DataStream<Long> whole =
        clicks
            .windowAll(TumblingEventTimeWindows.of(Duration.ofSeconds(50)))
            .aggregate(new Clicks())
            .map(n -> 10_000 * n);

    List<Long> results = collect(tumbling.union(sessions, whole));

    assertThat(results).filteredOn(n -> n == 5).hasSize(20);
    assertThat(results).filteredOn(n -> n == 1_000).hasSize(10);
    assertThat(results).filteredOn(n -> n == 500_000).hasSize(2);
    assertThat(results).hasSize(32);
  }

  static final class Idle extends KeyedProcessFunction<Long, Click, Seen> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
    }

    @Override
    public void processElement(Click click, Context<Long> ctx, Collector<Seen> out) {
      count.update(count.value() == null ? 1 : count.value() + 1);
      ctx.timerService().registerEventTimeTimer(1_000_000 + ctx.getCurrentKey());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext<Long> ctx, Collector<Seen> out) {
      out.collect(new Seen(ctx.getCurrentKey(), count.value(), timestamp));
    }
  }

  @Test
  void keyedStateAndTimers() throws Exception {
    List<Seen> seen = collect(clicks(500).keyBy(Click::user).process(new Idle()));

    assertThat(seen).hasSize(10).contains(new Seen(7, 50, 1_000_007));
  }

  @Test
  void sideOutputs() throws Exception {
    OutputTag<String> odd = new OutputTag<>("odd");
    DataStream<String> odds =
        env.fromSequence(1, 100)
            .process(
                new ProcessFunction<Long, Long>() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public void processElement(Long value, Context ctx, Collector<Long> out) {
                    if (value % 2 == 1) {
                      ctx.output(odd, "odd " + value);
                    }
                  }
                })
            .getSideOutput(odd);

    assertThat(collect(odds.rebalance().map(word -> word + "!"))).hasSize(50).contains("odd 7!");
  }

  @Test
  void connectsKeyedAndUnkeyed() throws Exception {
    DataStream<Long> numbers = env.fromSequence(1, 20);
    DataStream<String> words = env.fromData("x", "y");
    DataStream<String> texts =
        numbers
            .connect(words.broadcast())
            .flatMap(
                new CoFlatMapFunction<Long, String, String>() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public void flatMap1(Long value, Collector<String> out) {
                    out.collect("n" + value);
                  }

                  @Override
                  public void flatMap2(String value, Collector<String> out) {
                    out.collect(value);
                  }
                });
    DataStream<String> joined =
        numbers
            .connect(clicks(20))
            .keyBy(n -> n, Click::user)
            .process(
                new CoProcessFunction<Long, Click, String>() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public void processElement1(Long value, Context ctx, Collector<String> out) {
                    ctx.timerService().registerEventTimeTimer(Long.MAX_VALUE - 1);
                  }

                  @Override
                  public void processElement2(Click value, Context ctx, Collector<String> out) {}

                  @Override
                  public void onTimer(long time, OnTimerContext ctx, Collector<String> out) {
                    out.collect("timer");
                  }
                });

    List<String> results = collect(texts.union(joined));

    assertThat(results).filteredOn("timer"::equals).hasSize(20);
    assertThat(results).filteredOn("x"::equals).hasSize(2);
    assertThat(results).hasSize(20 + 20 + 4);
  }

  @Test
  void partitionsAsAskedFor() throws Exception {
    List<Long> numbers =
        collect(
            env.fromSequence(1, 100)
                .partitionCustom((key, channels) -> (int) (key % channels), n -> n)
                .map(n -> n)
                .rescale()
                .map(n -> n)
                .global()
                .map(n -> n)
                .forward()
                .filter(n -> true));

    assertThat(numbers).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void printsAndEndsWithAResult() throws Exception {
    env.fromData(1, 2, 3).print("test");

    assertThat(env.execute("printing").name()).isEqualTo("printing");
  }
}

package io.millrace.api.datastream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.CoMapFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedCoProcessFunction;
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
import org.junit.jupiter.api.Test;

/** A job as a Flink user writes it, with every part of the API: compiles, and needs no hint. */
class FirstJobTest {
  record Bid(long auction, String bidder, long price, long time) {}

  record Count(long auction, long bids, long windowEnd) {}

  record Total(String bidder, long amount) {}

  static final OutputTag<Bid> LATE = new OutputTag<>("late");
  static final OutputTag<String> NOTES = new OutputTag<>("notes", String.class);

  static final class Bids implements AggregateFunction<Bid, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Bid value, Long accumulator) {
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

  static final class WithWindow extends ProcessWindowFunction<Long, Count, Long, TimeWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void process(
        Long key, Context<TimeWindow> context, Iterable<Long> counts, Collector<Count> out) {
      out.collect(new Count(key, counts.iterator().next(), context.window().getEnd()));
    }
  }

  static final class Numbered extends KeyedProcessFunction<Long, Bid, Count> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> seen;

    @Override
    public void open(OpenContext context) {
      seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Long.class));
    }

    @Override
    public void processElement(Bid bid, Context<Long> ctx, Collector<Count> out) {
      long n = seen.value() == null ? 1 : seen.value() + 1;
      seen.update(n);
      ctx.timerService().registerEventTimeTimer(bid.time() + 1_000);
      ctx.output(NOTES, "bid " + n);
      out.collect(new Count(ctx.getCurrentKey(), n, ctx.timestamp()));
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext<Long> ctx, Collector<Count> out) {
      seen.clear();
    }
  }

  static StreamExecutionEnvironment everything() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.enableCheckpointing(Duration.ofSeconds(10));
    env.getCheckpointConfig().setCheckpointTimeout(Duration.ofMinutes(2));
    env.setParallelism(4);
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, Duration.ofSeconds(1)));

    DataStream<Bid> bids =
        env.fromData(new Bid(1, "ann", 10, 1_000), new Bid(2, "bob", 20, 2_000))
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Bid>forBoundedOutOfOrderness(Duration.ofSeconds(1))
                    .withTimestampAssigner((bid, before) -> bid.time()))
            .name("bids")
            .uid("bids-with-time");

    SingleOutputStreamOperator<Count> counts =
        bids.filter(bid -> bid.price() > 0)
            .keyBy(Bid::auction)
            .window(SlidingEventTimeWindows.of(Duration.ofSeconds(10), Duration.ofSeconds(2)))
            .allowedLateness(Duration.ofSeconds(1))
            .sideOutputLateData(LATE)
            .aggregate(new Bids(), new WithWindow())
            .uid("counts");
    counts
        .keyBy(Count::windowEnd)
        .reduce((a, b) -> a.bids() >= b.bids() ? a : b)
        .uid("hottest")
        .print();
    counts.getSideOutput(LATE).map(Bid::bidder).print("late");

    SingleOutputStreamOperator<Count> ledger =
        bids.keyBy(bid -> bid.auction()).process(new Numbered()).uid("ledger").setParallelism(2);
    ledger.getSideOutput(NOTES).sinkTo(new DiscardingSink<>()).name("notes");
    ledger.rebalance().map(count -> "" + count.bids()).disableChaining().print();

    DataStream<Total> totals =
        bids.map(bid -> new Total(bid.bidder(), bid.price()))
            .keyBy(Total::bidder)
            .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
            .reduce((a, b) -> new Total(a.bidder(), a.amount() + b.amount()))
            .uid("totals");
    DataStream<String> words =
        bids.<String>flatMap(
            (bid, out) -> {
              for (String word : bid.bidder().split(" ", -1)) {
                out.collect(word);
              }
            });
    words
        .union(totals.map(Total::bidder))
        .keyBy(word -> word)
        .window(EventTimeSessionWindows.withGap(Duration.ofSeconds(30)))
        .<String>apply((key, window, elements, out) -> elements.forEach(out::collect))
        .uid("sessions")
        .sinkTo(new DiscardingSink<>());
    bids.windowAll(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
        .aggregate(new Bids())
        .uid("all")
        .print();

    bids.connect(env.fromSequence(1, 100))
        .map(
            new CoMapFunction<Bid, Long, String>() {
              private static final long serialVersionUID = 1L;

              @Override
              public String map1(Bid value) {
                return value.bidder();
              }

              @Override
              public String map2(Long value) {
                return "" + value;
              }
            })
        .startNewChain()
        .print();
    bids.connect(totals)
        .keyBy(Bid::bidder, Total::bidder)
        .process(
            new KeyedCoProcessFunction<String, Bid, Total, Long>() {
              private static final long serialVersionUID = 1L;

              @Override
              public void processElement1(
                  Bid value, KeyedProcessFunction.Context<String> ctx, Collector<Long> out) {
                out.collect(value.price());
              }

              @Override
              public void processElement2(
                  Total value, KeyedProcessFunction.Context<String> ctx, Collector<Long> out) {
                out.collect(value.amount());
              }
            })
        .uid("joined")
        .sinkTo(new DiscardingSink<>());
    bids.process(
            new ProcessFunction<Bid, Long>() {
              private static final long serialVersionUID = 1L;

              @Override
              public void processElement(Bid value, Context ctx, Collector<Long> out) {
                out.collect(value.price());
              }
            })
        .partitionCustom((key, channels) -> (int) (key % channels), price -> price)
        .filter(price -> price > 3)
        .broadcast()
        .filter(price -> price > 4)
        .global()
        .map(price -> price + 1)
        .sinkTo(new DiscardingSink<>());
    return env;
  }

  @Test
  void everyPartOfTheApiTranslates() {
    String plan = everything().explain();

    assertThat(plan)
        .contains("uid ledger, stateful")
        .contains("custom from task")
        .contains("broadcast from task")
        .contains("global from task")
        .contains("side output notes")
        .contains("second input");
  }

  @Test
  void onlyWhatALambdaEmitsThroughACollectorIsTypedLate() {
    String plan = everything().explain();

    String late = plan.substring(plan.indexOf("Types found"));
    assertThat(late.lines().skip(1).map(line -> line.strip().split(" ", 2)[0]))
        .isNotEmpty()
        .allSatisfy(from -> assertThat(from).isEqualTo("Flat"));
  }
}

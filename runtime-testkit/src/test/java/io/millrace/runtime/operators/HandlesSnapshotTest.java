package io.millrace.runtime.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeySelector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.AggregatingState;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingState;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateDescriptor;
import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.state.StateTtlConfig.UpdateType;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.SnapshotEverywhere.Clock;
import io.millrace.runtime.operators.SnapshotEverywhere.First;
import io.millrace.runtime.operators.SnapshotEverywhere.Step;
import io.millrace.runtime.operators.SnapshotEverywhere.Watermark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every keyed handle, with and without a time to live, and timers of both kinds: a snapshot at any
 * place, restored at any parallelism and in either backend, changes nothing.
 */
class HandlesSnapshotTest {
  private static final int KEYS = 7;
  private static final int STEPS = 36;

  /** What a record has done to the state of its key. */
  record Command(long key, int what, long value) {}

  record Named(String name, long value) {}

  /** When entries expire. */
  enum Ttl {
    NONE,
    WRITTEN,
    READ
  }

  static final class Mean implements AggregateFunction<Long, List<Long>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Long> add(Long value, List<Long> accumulator) {
      accumulator.add(value);
      return accumulator;
    }

    @Override
    public String getResult(List<Long> accumulator) {
      return accumulator.toString();
    }

    @Override
    public List<Long> merge(List<Long> left, List<Long> right) {
      left.addAll(right);
      return left;
    }
  }

  /** Changes one state and tells all; registers and deletes timers. */
  static final class Everything<K> extends KeyedProcessFunction<K, Command, String> {
    private static final long serialVersionUID = 1L;
    private final Ttl ttl;
    private transient ValueState<Long> flat;
    private transient ValueState<Named> row;
    private transient ValueState<List<Long>> object;
    private transient ListState<Named> list;
    private transient MapState<String, Long> map;
    private transient ReducingState<Long> sum;
    private transient AggregatingState<Long, String> mean;

    Everything(Ttl ttl) {
      this.ttl = ttl;
    }

    @Override
    public void open(OpenContext context) {
      flat = getRuntimeContext().getState(timed(new ValueStateDescriptor<>("flat", Long.class)));
      row = getRuntimeContext().getState(timed(new ValueStateDescriptor<>("row", Named.class)));
      object =
          getRuntimeContext()
              .getState(
                  timed(
                      new ValueStateDescriptor<>(
                          "object",
                          TypeInformation.<List<Long>>of(
                              List.class, TypeInformation.of(Long.class)))));
      list =
          getRuntimeContext().getListState(timed(new ListStateDescriptor<>("list", Named.class)));
      map =
          getRuntimeContext()
              .getMapState(timed(new MapStateDescriptor<>("map", String.class, Long.class)));
      sum =
          getRuntimeContext()
              .getReducingState(timed(new ReducingStateDescriptor<>("sum", Long::sum, Long.class)));
      mean =
          getRuntimeContext()
              .getAggregatingState(
                  timed(
                      new AggregatingStateDescriptor<>(
                          "mean",
                          new Mean(),
                          TypeInformation.<List<Long>>of(
                              List.class, TypeInformation.of(Long.class)))));
    }

    private <D extends StateDescriptor<?>> D timed(D descriptor) {
      if (ttl != Ttl.NONE) {
        descriptor.enableTimeToLive(
            new StateTtlConfig(
                Duration.ofMillis(40),
                ttl == Ttl.READ ? UpdateType.ON_READ_AND_WRITE : UpdateType.ON_CREATE_AND_WRITE));
      }
      return descriptor;
    }

    @Override
    public void processElement(Command command, Context<K> context, Collector<String> out)
        throws Exception {
      long value = command.value();
      switch (command.what()) {
        case 0 -> flat.update(value);
        case 1 -> row.update(new Named("n" + value % 3, value));
        case 2 -> object.update(List.of(value, -value));
        case 3 -> list.add(new Named("l", value));
        case 4 -> map.put("k" + value % 4, value);
        case 5 -> sum.add(value);
        case 6 -> mean.add(value);
        case 7 -> {
          flat.clear();
          map.remove("k" + value % 4);
        }
        case 8 -> list.update(List.of(new Named("u", value)));
        case 9 -> {
          row.clear();
          sum.clear();
          mean.clear();
        }
        case 10 -> context.timerService().registerEventTimeTimer(context.timestamp() + value % 15);
        case 11 ->
            context
                .timerService()
                .registerProcessingTimeTimer(
                    context.timerService().currentProcessingTime() + value % 30);
        case 12 -> context.timerService().deleteEventTimeTimer(context.timestamp() + value % 15);
        default -> {
          list.clear();
          map.clear();
          object.clear();
        }
      }
      tell(context.getCurrentKey(), out);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext<K> context, Collector<String> out)
        throws Exception {
      list.add(new Named(context.timeDomain().name(), timestamp));
      if (timestamp % 3 == 0) {
        context.timerService().registerEventTimeTimer(timestamp + 5);
      }
      out.collect(timestamp + " " + context.timeDomain());
      tell(context.getCurrentKey(), out);
    }

    private void tell(K key, Collector<String> out) throws Exception {
      Map<String, Long> sorted = new TreeMap<>();
      map.entries().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
      out.collect(
          key
              + " "
              + flat.value()
              + " "
              + row.value()
              + " "
              + object.value()
              + " "
              + list.get()
              + " "
              + sorted
              + " "
              + sum.get()
              + " "
              + mean.get());
    }
  }

  private static List<Step> steps(Random random, boolean textKeys) {
    List<Step> steps = new ArrayList<>();
    long clock = 0;
    long reached = -10;
    for (int i = 0; i < STEPS; i++) {
      int action = random.nextInt(10);
      if (action == 0) {
        // Always further: a restored operator is told the same time again, which fires what is due.
        reached = Math.max(reached + 1, i / 2 - random.nextInt(5));
        steps.add(new Watermark(reached));
      } else if (action == 1) {
        clock += random.nextInt(30);
        steps.add(new Clock(clock));
      } else {
        Command command = new Command(random.nextInt(KEYS), random.nextInt(14), i);
        steps.add(
            textKeys
                ? new First<>(text(command), command, i / 2)
                : new First<>(command.key(), command, i / 2));
      }
    }
    steps.add(new Clock(clock + 100));
    steps.add(new Watermark(1_000));
    return steps;
  }

  private static String text(Command command) {
    return "key " + command.key();
  }

  private static <K> int check(
      Ttl ttl, KeySelector<Command, K> selector, Class<K> type, long seed, int every)
      throws Exception {
    Random random = new Random(seed);
    try (SnapshotEverywhere<K, Command> everywhere =
        new SnapshotEverywhere<>(
            ClassOperatorFactory.of(KeyedProcessOperator.class, new Everything<K>(ttl)),
            selector,
            TypeInformation.of(type))) {
      return everywhere.check(steps(random, type == String.class), random, every);
    }
  }

  static Stream<Arguments> cases() {
    return Stream.of(Ttl.values())
        .flatMap(ttl -> Stream.of(false, true).map(text -> Arguments.of(ttl, text)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aSnapshotAnywhereChangesNothing(Ttl ttl, boolean textKeys) throws Exception {
    assertThat(one(ttl, textKeys, 1, 20)).isGreaterThan(6 * STEPS);
  }

  @Tag("soak")
  @ParameterizedTest
  @MethodSource("cases")
  void aSnapshotAnywhereOfManySeedsChangesNothing(Ttl ttl, boolean textKeys) throws Exception {
    for (long seed = 2; seed < 30; seed++) {
      one(ttl, textKeys, seed, 4);
    }
  }

  private static int one(Ttl ttl, boolean textKeys, long seed, int every) throws Exception {
    return textKeys
        ? check(ttl, HandlesSnapshotTest::text, String.class, seed, every)
        : check(ttl, Command::key, Long.class, seed, every);
  }
}

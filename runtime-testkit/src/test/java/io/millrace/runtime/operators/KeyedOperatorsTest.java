package io.millrace.runtime.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.CheckpointedFunction;
import io.millrace.core.function.CoProcessFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.MapFunction;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessFunction;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.runtime.operators.window.WindowEvaluation;
import io.millrace.runtime.operators.window.WindowFold;
import io.millrace.runtime.operators.window.WindowOperator;
import io.millrace.runtime.operators.window.WindowSpec;
import io.millrace.testkit.Emitted;
import io.millrace.testkit.HarnessSnapshot;
import io.millrace.testkit.OperatorHarness;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Timers, state and side outputs of operators that run user functions. */
class KeyedOperatorsTest {
  private static final OutputTag<String> SIDE = new OutputTag<>("side", String.class);

  /** Registers what the record says and emits what fires. */
  static final class Timers extends KeyedProcessFunction<Long, Long, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(
        Long value, KeyedProcessFunction.Context<Long> ctx, Collector<String> out) {
      ctx.timerService().registerEventTimeTimer(100 + value);
      ctx.timerService().registerEventTimeTimer(100 + value);
      ctx.timerService().registerEventTimeTimer(500);
      ctx.timerService().deleteEventTimeTimer(500);
      ctx.timerService().registerProcessingTimeTimer(1_000 + value);
      ctx.output(SIDE, "side " + value + " at " + ctx.timestamp());
    }

    @Override
    public void onTimer(
        long timestamp, KeyedProcessFunction.OnTimerContext<Long> ctx, Collector<String> out) {
      out.collect(ctx.timeDomain() + " " + ctx.getCurrentKey() + " " + timestamp);
      if (timestamp == 103) {
        ctx.timerService().registerEventTimeTimer(104);
      }
    }
  }

  private static OperatorHarness.Builder<Long, Long, String> timers() {
    return OperatorHarness.<Long, Long, String>of(
            ClassOperatorFactory.of(KeyedProcessOperator.class, new Timers()))
        .keyedBy(value -> value, TypeInformation.of(Long.class));
  }

  @Test
  void timersFireOnceInOrderAndMayRegisterMore() throws Exception {
    try (OperatorHarness<Long, Long, String> harness = timers().open()) {
      for (long key : new long[] {5, 3, 9}) {
        harness.process(key, 7);
      }
      harness.watermark(102);
      assertThat(harness.output()).isEmpty();
      harness.watermark(105);

      assertThat(harness.output())
          .containsExactly(
              new Emitted<>("EVENT_TIME 3 103", 103),
              new Emitted<>("EVENT_TIME 3 104", 104),
              new Emitted<>("EVENT_TIME 5 105", 105));
      harness.takeOutput();
      harness.endOfData();
      assertThat(harness.values()).containsExactly("EVENT_TIME 9 109");
      assertThat(harness.sideOutput(SIDE)).contains(new Emitted<>("side 5 at 7", 7));
    }
  }

  @Test
  void aBurstOfTimersStopsForWantOfRoomAndLosesNone() throws Exception {
    try (OperatorHarness<Long, Long, String> harness =
        timers().open().refuseRoomAfterEveryRecord()) {
      for (long key = 1_000; key < 1_100; key++) {
        harness.process(key, 0);
      }
      harness.watermark(Long.MAX_VALUE);

      assertThat(harness.output()).hasSize(100).doesNotHaveDuplicates();
      assertThat(harness.stops()).isEqualTo(100);
    }
  }

  @Test
  void processingTimeTimersFireByTheClock() throws Exception {
    try (OperatorHarness<Long, Long, String> harness =
        timers().open().refuseRoomAfterEveryRecord()) {
      harness.process(2L, 0);
      harness.process(1L, 0);
      harness.process(50L, 0);
      harness.processingTime(1_010);

      assertThat(harness.output())
          .containsExactly(
              new Emitted<>("PROCESSING_TIME 1 1001", TimestampAssigner.NO_TIMESTAMP),
              new Emitted<>("PROCESSING_TIME 2 1002", TimestampAssigner.NO_TIMESTAMP));
      harness.processingTime(1_050);
      assertThat(harness.values()).contains("PROCESSING_TIME 50 1050");
    }
  }

  @Test
  void timersSurviveARestoreAtAnotherParallelism() throws Exception {
    List<HarnessSnapshot> snapshots = new ArrayList<>();
    List<Long> keys = LongStream.range(2_000, 2_100).boxed().toList();
    for (int i = 0; i < 2; i++) {
      try (OperatorHarness<Long, Long, String> harness = timers().subtask(i, 2).open()) {
        for (long key : keys) {
          if (harness.owns(key)) {
            harness.process(key, 0);
          }
        }
        snapshots.add(harness.snapshot());
      }
    }
    List<String> fired = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      try (OperatorHarness<Long, Long, String> harness =
          timers().subtask(i, 3).restore(snapshots).open()) {
        harness.watermark(10_000);
        harness.processingTime(10_000);
        fired.addAll(harness.values());
      }
    }
    assertThat(fired).hasSize(200).doesNotHaveDuplicates();
  }

  static final class Unkeyed extends ProcessFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Long value, ProcessFunction.Context ctx, Collector<Long> out) {
      ctx.timerService().registerEventTimeTimer(1);
    }
  }

  @Test
  void timersWithoutAKeyAreRefusedWithTheRemedy() throws Exception {
    try (OperatorHarness<Void, Long, Long> harness =
        OperatorHarness.<Void, Long, Long>of(
                ClassOperatorFactory.of(ProcessOperator.class, new Unkeyed()))
            .open()) {
      assertThatThrownBy(() -> harness.process(1L, 0))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("keyBy(...)");
    }
  }

  static final class Failing implements MapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long map(Long value) throws Exception {
      throw new IOException("the user's own");
    }
  }

  @Test
  void theUsersExceptionComesAsItIs() throws Exception {
    try (OperatorHarness<Void, Long, Long> harness =
        OperatorHarness.<Void, Long, Long>of(
                ClassOperatorFactory.of(MapOperator.class, new Failing()))
            .open()) {
      assertThatThrownBy(() -> harness.process(1L, 0))
          .isInstanceOf(IOException.class)
          .hasMessage("the user's own");
    }
  }

  static final class Both extends CoProcessFunction<Long, String, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement1(Long value, CoProcessFunction.Context ctx, Collector<String> out) {
      ctx.timerService().registerEventTimeTimer(value);
    }

    @Override
    public void processElement2(
        String value, CoProcessFunction.Context ctx, Collector<String> out) {
      out.collect(value);
    }

    @Override
    public void onTimer(
        long timestamp, CoProcessFunction.OnTimerContext ctx, Collector<String> out) {
      out.collect("timer " + timestamp);
    }
  }

  @Test
  void connectedStreamsShareTimersIfKeyed() throws Exception {
    try (OperatorHarness<Long, Long, String> harness =
        OperatorHarness.<Long, Long, String>of(
                ClassOperatorFactory.of(CoProcessOperator.class, new Both(), true))
            .keyedBy(value -> value, TypeInformation.of(Long.class))
            .open()) {
      harness.process1(Optional.of(8L), 8L, 0);
      harness.process2(Optional.of(8L), "x", 0);
      harness.watermark(10);

      assertThat(harness.values()).containsExactly("x", "timer 8");
    }
  }

  /** Keeps all it has seen as operator state. */
  static final class Remembering implements MapFunction<Long, Integer>, CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    private transient List<Long> seen;
    private transient ListState<Long> state;

    @Override
    public void initializeState(InitializationContext context) {
      state =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("seen", Long.class));
      seen = new ArrayList<>();
      state.get().forEach(seen::add);
    }

    @Override
    public Integer map(Long value) {
      seen.add(value);
      return seen.size();
    }

    @Override
    public void snapshotState(SnapshotContext context) {
      state.update(seen);
    }
  }

  @Test
  void functionsKeepOperatorState() throws Exception {
    HarnessSnapshot snapshot;
    try (OperatorHarness<Void, Long, Integer> harness = remembering().open()) {
      harness.process(1L, 0);
      harness.process(2L, 0);
      snapshot = harness.snapshot();
    }
    try (OperatorHarness<Void, Long, Integer> harness =
        remembering().restore(List.of(snapshot)).open()) {
      harness.process(3L, 0);

      assertThat(harness.values()).containsExactly(3);
    }
  }

  private static OperatorHarness.Builder<Void, Long, Integer> remembering() {
    return OperatorHarness.of(ClassOperatorFactory.of(MapOperator.class, new Remembering()));
  }

  private static OperatorHarness<Long, Long, Long> sums(long lateness) throws Exception {
    TypeInformation<Long> longs = TypeInformation.of(Long.class);
    WindowSpec<Long, Long, Long, Long, Long> spec =
        new WindowSpec<>(
            new TumblingEventTimeWindows(10, 0),
            new WindowFold.Reduce<Long>(Long::sum),
            longs,
            new WindowEvaluation.Emit<>(),
            lateness,
            null);
    return OperatorHarness.<Long, Long, Long>of(ClassOperatorFactory.of(WindowOperator.class, spec))
        .keyedBy(value -> 1L, longs)
        .open();
  }

  @Test
  void lateRecordsAreCountedAndAllowedOnesFireAgain() throws Exception {
    try (OperatorHarness<Long, Long, Long> harness = sums(5)) {
      harness.process(1L, 3);
      harness.process(2L, 4);
      harness.watermark(9);
      harness.process(10L, 5);
      harness.watermark(14);
      harness.process(100L, 5);

      assertThat(harness.output()).containsExactly(new Emitted<>(3L, 9), new Emitted<>(13L, 9));
      assertThat(harness.counter("lateRecordsDropped")).isEqualTo(1);
    }
  }

  @Test
  void recordsWithoutTimestampAreRefusedWithTheRemedy() throws Exception {
    try (OperatorHarness<Long, Long, Long> harness = sums(0)) {
      assertThatThrownBy(() -> harness.process(42L, TimestampAssigner.NO_TIMESTAMP))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("42")
          .hasMessageContaining("withTimestampAssigner");
    }
  }
}

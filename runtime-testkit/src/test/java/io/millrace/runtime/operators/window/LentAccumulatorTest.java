package io.millrace.runtime.operators.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.testkit.OperatorHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mutable result of a window is its receiver's own, whatever else the pane is needed for. */
class LentAccumulatorTest {
  /** Mutable. */
  public static final class Sum {
    public long key;
    public long value;

    public Sum() {}

    Sum(long key, long value) {
      this.key = key;
      this.value = value;
    }
  }

  static final class Same extends ProcessWindowFunction<Sum, Sum, Long, TimeWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void process(
        Long key, Context<TimeWindow> context, Iterable<Sum> sums, Collector<Sum> out) {
      out.collect(sums.iterator().next());
    }
  }

  private static OperatorHarness<Long, Sum, Sum> open(
      WindowAssigner assigner, long lateness, boolean evaluated) throws Exception {
    WindowSpec<Long, Sum, Sum, Sum, Sum> spec =
        new WindowSpec<>(
            assigner,
            new WindowFold.Reduce<Sum>(
                (a, b) -> {
                  a.value += b.value;
                  return a;
                }),
            TypeInformation.of(Sum.class),
            evaluated ? new WindowEvaluation.Process<>(new Same()) : new WindowEvaluation.Emit<>(),
            lateness,
            null);
    return OperatorHarness.<Long, Sum, Sum>of(ClassOperatorFactory.of(WindowOperator.class, spec))
        .keyedBy(sum -> sum.key, TypeInformation.of(Long.class))
        .open();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPaneThatAnotherWindowNeeds(boolean evaluated) throws Exception {
    try (OperatorHarness<Long, Sum, Sum> harness =
        open(new SlidingEventTimeWindows(10, 5, 0), 0, evaluated)) {
      harness.process(new Sum(1, 3), 7);
      harness.watermark(9);
      assertThat(harness.values()).hasSize(1);
      Sum first = harness.values().get(0);
      assertThat(first.value).isEqualTo(3);
      first.value = 1_000;
      harness.process(new Sum(1, 4), 12);
      harness.watermark(14);
      assertThat(harness.values()).hasSize(2);
      assertThat(harness.values().get(1).value).isEqualTo(7);
      assertThat(first.value).isEqualTo(1_000);
    }
  }

  @Test
  void aPaneThatTakesLateRecords() throws Exception {
    try (OperatorHarness<Long, Sum, Sum> harness =
        open(new TumblingEventTimeWindows(10, 0), 100, true)) {
      harness.process(new Sum(1, 3), 7);
      harness.watermark(9);
      Sum first = harness.values().get(0);
      first.value = 1_000;
      harness.process(new Sum(1, 4), 8);
      assertThat(harness.values().get(1).value).isEqualTo(7);
      assertThat(first.value).isEqualTo(1_000);
    }
  }
}

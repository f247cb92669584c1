package io.millrace.runtime.operators.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.window.HarnessGroup.Bid;
import io.millrace.runtime.operators.window.NaiveWindows.Result;
import io.millrace.testkit.Emitted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random streams with late records, subtasks at different watermarks, restores at other parallelism
 * and room refused after every record, against windows written in the plainest way.
 */
class WindowModelTest {
  private static final int STEPS = 900;
  private static final int SEEDS = 4;
  private static final int KEYS = 12;

  /** How windows are folded; what is emitted is made comparable. */
  enum Fold {
    AGGREGATE,
    REDUCE,
    COLLECT
  }

  record Case(WindowAssigner assigner, long lateness, Fold fold) {}

  /** What the operator under test emits for a window of a key. */
  record Out(long key, long maxTimestamp, String content) {}

  static Stream<Arguments> cases() {
    List<WindowAssigner> assigners =
        List.of(
            new TumblingEventTimeWindows(10, 0),
            new TumblingEventTimeWindows(7, -3),
            new SlidingEventTimeWindows(10, 2, 0),
            new SlidingEventTimeWindows(9, 6, 2),
            new SlidingEventTimeWindows(4, 10, 1),
            new EventTimeSessionWindows(5));
    List<Arguments> cases = new ArrayList<>();
    for (WindowAssigner assigner : assigners) {
      for (Fold fold : Fold.values()) {
        for (long lateness : new long[] {0, 8}) {
          for (int seed = 1; seed <= SEEDS; seed++) {
            cases.add(Arguments.of(new Case(assigner, lateness, fold), seed));
          }
        }
      }
    }
    return cases.stream();
  }

  static final class Sum implements AggregateFunction<Bid, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Bid value, Long accumulator) {
      return accumulator + value.value();
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

  static final class Describe<E> extends ProcessWindowFunction<E, Out, Long, TimeWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void process(
        Long key, Context<TimeWindow> context, Iterable<E> elements, Collector<Out> out) {
      StringBuilder content = new StringBuilder();
      for (E element : elements) {
        content.append(element instanceof Bid bid ? (Object) bid.value() : element).append(' ');
      }
      out.collect(new Out(key, context.window().maxTimestamp(), content.toString().strip()));
    }
  }

  static OperatorFactory factory(Case one) {
    TypeInformation<Bid> bids = TypeInformation.of(Bid.class);
    WindowSpec<Long, Bid, ?, ?, Out> spec =
        switch (one.fold()) {
          case AGGREGATE ->
              new WindowSpec<>(
                  one.assigner(),
                  new WindowFold.Aggregate<>(new Sum()),
                  TypeInformation.of(Long.class),
                  new WindowEvaluation.Process<>(new Describe<Long>()),
                  one.lateness(),
                  HarnessGroup.LATE);
          case REDUCE ->
              new WindowSpec<>(
                  one.assigner(),
                  new WindowFold.Reduce<Bid>((a, b) -> new Bid(a.key(), a.value() + b.value())),
                  bids,
                  new WindowEvaluation.Process<>(new Describe<Bid>()),
                  one.lateness(),
                  HarnessGroup.LATE);
          case COLLECT ->
              new WindowSpec<>(
                  one.assigner(),
                  new WindowFold.Collect<Bid>(),
                  new WindowElementsType<>(bids),
                  new WindowEvaluation.Process<>(new Describe<Bid>()),
                  one.lateness(),
                  HarnessGroup.LATE);
        };
    return ClassOperatorFactory.of(
        one.assigner() instanceof EventTimeSessionWindows
            ? SessionWindowOperator.class
            : WindowOperator.class,
        spec);
  }

  /** One interface to both models. */
  private interface Model {
    List<Result> process(Bid bid, long timestamp);

    List<Result> watermark(long key, long watermark);

    int late();
  }

  private static Model model(Case one) {
    if (one.assigner() instanceof EventTimeSessionWindows sessions) {
      NaiveSessions naive = new NaiveSessions(sessions.gap(), one.lateness());
      return modelOf(naive::process, naive::watermark, naive::late);
    }
    NaiveWindows naive =
        one.assigner() instanceof TumblingEventTimeWindows tumbling
            ? new NaiveWindows(tumbling.size(), tumbling.size(), tumbling.offset(), one.lateness())
            : sliding((SlidingEventTimeWindows) one.assigner(), one.lateness());
    return modelOf(naive::process, naive::watermark, naive::late);
  }

  private static NaiveWindows sliding(SlidingEventTimeWindows windows, long lateness) {
    return new NaiveWindows(windows.size(), windows.slide(), windows.offset(), lateness);
  }

  private interface OnBid {
    List<Result> process(Bid bid, long timestamp);
  }

  private interface OnWatermark {
    List<Result> watermark(long key, long watermark);
  }

  private interface Late {
    int count();
  }

  private static Model modelOf(OnBid onBid, OnWatermark onWatermark, Late late) {
    return new Model() {
      @Override
      public List<Result> process(Bid bid, long timestamp) {
        return onBid.process(bid, timestamp);
      }

      @Override
      public List<Result> watermark(long key, long watermark) {
        return onWatermark.watermark(key, watermark);
      }

      @Override
      public int late() {
        return late.count();
      }
    };
  }

  private static Out expected(Result result, Fold fold) {
    String content =
        fold == Fold.COLLECT
            ? String.join(" ", result.values().stream().map(String::valueOf).toList())
            : String.valueOf(result.values().stream().mapToLong(Long::longValue).sum());
    return new Out(result.key(), result.maxTimestamp(), content);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void emitsWhatPlainWindowsEmit(Case one, int seed) throws Exception {
    Random random = new Random(seed);
    Model model = model(one);
    int results = 0;
    int restores = 0;
    try (HarnessGroup<Out> group =
        new HarnessGroup<>(factory(one), 1 + random.nextInt(4), seed % 2 == 0)) {
      long[] clocks = new long[8];
      for (int step = 0; step < STEPS; step++) {
        List<Result> wanted = new ArrayList<>();
        int action = random.nextInt(100);
        if (action < 85) {
          Bid bid = new Bid(random.nextInt(KEYS), step);
          long timestamp = step / 5L - random.nextInt(30) + random.nextInt(6);
          wanted.addAll(model.process(bid, timestamp));
          group.process(bid, timestamp);
        } else if (action < 99) {
          int subtask = random.nextInt(group.parallelism());
          clocks[subtask] = Math.max(clocks[subtask], step / 5 - random.nextInt(12));
          advance(model, group, subtask, clocks[subtask], wanted);
        } else {
          // Watermarks begin anew, at different places for each subtask.
          group.restoreAt(1 + random.nextInt(4), random);
          clocks = new long[8];
          Arrays.fill(clocks, Long.MIN_VALUE);
          restores++;
        }
        results += compare(one, seed, step, wanted, group.takeOutput());
        if (step % 50 == 0) {
          assertThat(group.late()).as("late by step %s", step).isEqualTo(model.late());
        }
      }
      List<Result> rest = new ArrayList<>();
      for (int i = 0; i < group.parallelism(); i++) {
        advance(model, group, i, Long.MAX_VALUE - 100, rest);
      }
      results += compare(one, seed, STEPS, rest, group.takeOutput());
      assertThat(seed % 2 == 1 || group.stops() > 0).isTrue();
    }
    assertThat(results).isGreaterThan(50);
    assertThat(restores).isPositive();
    assertThat(model.late()).isPositive();
  }

  private static void advance(
      Model model, HarnessGroup<Out> group, int subtask, long watermark, List<Result> wanted)
      throws Exception {
    for (long key = 0; key < KEYS; key++) {
      if (group.ownerOf(key) == subtask) {
        wanted.addAll(model.watermark(key, watermark));
      }
    }
    group.watermark(subtask, watermark);
  }

  private static int compare(
      Case one, int seed, int step, List<Result> wanted, List<Emitted<Out>> emitted) {
    List<Out> expected = wanted.stream().map(result -> expected(result, one.fold())).toList();
    List<Out> found = emitted.stream().map(Emitted::value).toList();
    if (!expected.isEmpty() || !found.isEmpty()) {
      assertThat(found)
          .as("seed %s step %s", seed, step)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    emitted.forEach(each -> assertThat(each.timestamp()).isEqualTo(each.value().maxTimestamp()));
    return found.size();
  }
}

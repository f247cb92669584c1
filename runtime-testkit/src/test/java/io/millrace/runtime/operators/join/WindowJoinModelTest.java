package io.millrace.runtime.operators.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.join.JoinGroup.Left;
import io.millrace.runtime.operators.join.JoinGroup.Right;
import io.millrace.runtime.operators.window.HarnessGroup.Bid;
import io.millrace.runtime.operators.window.NaiveSessions;
import io.millrace.runtime.operators.window.NaiveWindows;
import io.millrace.runtime.operators.window.NaiveWindows.Result;
import io.millrace.testkit.Emitted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random streams with late records, subtasks at different watermarks, restores at other parallelism
 * and room refused after every record, against windows over both sides written in the plainest way.
 */
class WindowJoinModelTest {
  private static final int STEPS = 900;
  private static final int SEEDS = 4;
  private static final int KEYS = 4;

  /** What is made of both sides. */
  enum Kind {
    JOIN,
    FLAT_JOIN,
    CO_GROUP
  }

  record Case(WindowAssigner assigner, long lateness, Kind kind) {}

  /** Records of the left side have even values. */
  private static final LongPredicate IS_LEFT = value -> value % 2 == 0;

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
      for (Kind kind : Kind.values()) {
        for (long lateness : new long[] {0, 8}) {
          for (int seed = 1; seed <= SEEDS; seed++) {
            cases.add(Arguments.of(new Case(assigner, lateness, kind), seed));
          }
        }
      }
    }
    return cases.stream();
  }

  private static String pair(Left left, Right right) {
    assertThat(Long.toString(left.key())).isEqualTo(right.key());
    return left.key() + ": " + left.value() + " " + right.value();
  }

  private static String group(Iterable<Left> lefts, Iterable<Right> rights) {
    StringBuilder text = new StringBuilder();
    lefts.forEach(left -> text.append(left.value()).append(' '));
    text.append('|');
    rights.forEach(right -> text.append(' ').append(right.value()));
    return text.toString();
  }

  static OperatorFactory factory(Case one) {
    JoinEvaluation<Left, Right, String> evaluation =
        switch (one.kind()) {
          case JOIN -> new JoinEvaluation.Pairs<>((left, right) -> pair(left, right));
          case FLAT_JOIN ->
              new JoinEvaluation.FlatPairs<>(
                  (left, right, out) -> {
                    // Every third pair has no result, the others two.
                    if ((left.value() + right.value()) % 3 != 0) {
                      out.collect(pair(left, right));
                      out.collect(pair(left, right) + " again");
                    }
                  });
          case CO_GROUP ->
              new JoinEvaluation.Groups<>(
                  (lefts, rights, out) -> out.collect(group(lefts, rights)));
        };
    return ClassOperatorFactory.of(
        one.assigner() instanceof EventTimeSessionWindows
            ? SessionJoinOperator.class
            : WindowJoinOperator.class,
        new WindowJoinSpec<>(
            one.assigner(),
            evaluation,
            TypeInformation.of(Left.class),
            TypeInformation.of(Right.class),
            one.lateness()));
  }

  /** What a window's records, of both sides in the order of arrival, are to become. */
  private static List<Emitted<String>> expected(Result result, Kind kind) {
    List<Left> lefts =
        result.values().stream()
            .filter(value -> IS_LEFT.test(value))
            .map(value -> new Left(result.key(), value))
            .toList();
    List<Right> rights =
        result.values().stream()
            .filter(value -> !IS_LEFT.test(value))
            .map(value -> new Right(Long.toString(result.key()), value))
            .toList();
    List<String> texts = new ArrayList<>();
    if (kind == Kind.CO_GROUP) {
      texts.add(group(lefts, rights));
    } else {
      for (Left left : lefts) {
        for (Right right : rights) {
          if (kind == Kind.JOIN) {
            texts.add(pair(left, right));
          } else if ((left.value() + right.value()) % 3 != 0) {
            texts.add(pair(left, right));
            texts.add(pair(left, right) + " again");
          }
        }
      }
    }
    return texts.stream().map(text -> new Emitted<>(text, result.maxTimestamp())).toList();
  }

  /** One interface to both models. */
  private interface Model {
    List<Result> process(Bid bid, long timestamp);

    List<Result> watermark(long key, long watermark);

    int late();
  }

  private static Model model(Case one) {
    if (one.assigner() instanceof EventTimeSessionWindows windows) {
      NaiveSessions naive = new NaiveSessions(windows.gap(), one.lateness());
      return new Model() {
        @Override
        public List<Result> process(Bid bid, long timestamp) {
          return naive.process(bid, timestamp);
        }

        @Override
        public List<Result> watermark(long key, long watermark) {
          return naive.watermark(key, watermark);
        }

        @Override
        public int late() {
          return naive.late();
        }
      };
    }
    NaiveWindows naive =
        one.assigner() instanceof TumblingEventTimeWindows windows
            ? new NaiveWindows(windows.size(), windows.size(), windows.offset(), one.lateness())
            : sliding((SlidingEventTimeWindows) one.assigner(), one.lateness());
    return new Model() {
      @Override
      public List<Result> process(Bid bid, long timestamp) {
        return naive.process(bid, timestamp);
      }

      @Override
      public List<Result> watermark(long key, long watermark) {
        return naive.watermark(key, watermark);
      }

      @Override
      public int late() {
        return naive.late();
      }
    };
  }

  private static NaiveWindows sliding(SlidingEventTimeWindows windows, long lateness) {
    return new NaiveWindows(windows.size(), windows.slide(), windows.offset(), lateness);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void emitsWhatPlainWindowsEmit(Case one, int seed) throws Exception {
    Random random = new Random(seed);
    Model model = model(one);
    int results = 0;
    int restores = 0;
    try (JoinGroup<String> group =
        new JoinGroup<>(factory(one), 1 + random.nextInt(4), seed % 2 == 0)) {
      long[] clocks = new long[8];
      for (int step = 0; step < STEPS; step++) {
        List<Result> wanted = new ArrayList<>();
        int action = random.nextInt(100);
        if (action < 85) {
          Bid bid = new Bid(random.nextInt(KEYS), step * 2L + random.nextInt(2));
          long timestamp = step / 5 - random.nextInt(30) + random.nextInt(6);
          wanted.addAll(model.process(bid, timestamp));
          if (IS_LEFT.test(bid.value())) {
            group.left(bid.key(), bid.value(), timestamp);
          } else {
            group.right(bid.key(), bid.value(), timestamp);
          }
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
        assertThat(group.late()).as("late by step %s", step).isEqualTo(model.late());
      }
      List<Result> rest = new ArrayList<>();
      for (int i = 0; i < group.parallelism(); i++) {
        advance(model, group, i, Long.MAX_VALUE - 100, rest);
      }
      results += compare(one, seed, STEPS, rest, group.takeOutput());
      assertThat(seed % 2 == 1 || group.stops() > 0).isTrue();
    }
    assertThat(results).isGreaterThan(30);
    assertThat(restores).isPositive();
    assertThat(model.late()).isPositive();
  }

  private static void advance(
      Model model, JoinGroup<String> group, int subtask, long watermark, List<Result> wanted)
      throws Exception {
    for (long key = 0; key < KEYS; key++) {
      if (group.ownerOf(key) == subtask) {
        wanted.addAll(model.watermark(key, watermark));
      }
    }
    group.watermark(subtask, watermark);
  }

  private static int compare(
      Case one, int seed, int step, List<Result> wanted, List<Emitted<String>> emitted) {
    List<Emitted<String>> expected =
        wanted.stream().flatMap(result -> expected(result, one.kind()).stream()).toList();
    if (!expected.isEmpty() || !emitted.isEmpty()) {
      assertThat(emitted)
          .as("seed %s step %s", seed, step)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    return emitted.size();
  }
}

package io.millrace.runtime.operators.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.SnapshotEverywhere;
import io.millrace.runtime.operators.SnapshotEverywhere.First;
import io.millrace.runtime.operators.SnapshotEverywhere.Second;
import io.millrace.runtime.operators.SnapshotEverywhere.Step;
import io.millrace.runtime.operators.SnapshotEverywhere.Watermark;
import io.millrace.runtime.operators.join.JoinGroup.Left;
import io.millrace.runtime.operators.join.JoinGroup.Right;
import io.millrace.runtime.operators.join.WindowJoinModelTest.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Joins and co-groups over all kinds of windows, and interval joins: a snapshot at any place,
 * restored at any parallelism and in either backend, changes nothing.
 */
class JoinSnapshotTest {
  private static final int KEYS = 4;
  private static final int STEPS = 30;

  static Stream<Case> cases() {
    return WindowJoinModelTest.cases().map(arguments -> (Case) arguments.get()[0]).distinct();
  }

  private static int check(OperatorFactory factory, long seed, int every) throws Exception {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    long reached = -100;
    for (int i = 0; i < STEPS; i++) {
      long key = random.nextInt(KEYS);
      long timestamp = i - random.nextInt(20);
      switch (random.nextInt(5)) {
        case 0 -> {
          reached = Math.max(reached + 1, i - 5 - random.nextInt(8));
          steps.add(new Watermark(reached));
        }
        case 1, 2 -> steps.add(new First<>(key, new Left(key, 2L * i), timestamp));
        default ->
            steps.add(new Second<>(key, new Right(Long.toString(key), 2L * i + 1), timestamp));
      }
    }
    steps.add(new Watermark(10_000));
    try (SnapshotEverywhere<Long, Left> everywhere =
        new SnapshotEverywhere<>(factory, Left::key, TypeInformation.of(Long.class))) {
      return everywhere.ofTwoInputs().check(steps, random, every);
    }
  }

  /** Each assigner once, and each of the others some times. */
  static Stream<Case> someCases() {
    List<Case> all = cases().toList();
    return IntStream.range(0, all.size()).filter(i -> i % 5 == 0).mapToObj(all::get);
  }

  @ParameterizedTest
  @MethodSource("someCases")
  void aSnapshotAnywhereChangesNothing(Case one) throws Exception {
    assertThat(check(WindowJoinModelTest.factory(one), 1, 15)).isGreaterThan(6 * STEPS);
  }

  @ParameterizedTest
  @CsvSource({"-5, 5", "0, 10", "-12, -2"})
  void aSnapshotAnywhereOfAnIntervalJoinChangesNothing(long lower, long upper) throws Exception {
    assertThat(check(IntervalJoinModelTest.factory(lower, upper), 1, 15)).isGreaterThan(6 * STEPS);
  }

  @Tag("soak")
  @ParameterizedTest
  @MethodSource("cases")
  void aSnapshotAnywhereOfManySeedsChangesNothing(Case one) throws Exception {
    for (long seed = 2; seed < 12; seed++) {
      check(WindowJoinModelTest.factory(one), seed, 4);
    }
  }

  @Tag("soak")
  @ParameterizedTest
  @CsvSource({"-5, 5", "0, 10", "-12, -2"})
  void aSnapshotAnywhereOfManyIntervalJoinsChangesNothing(long lower, long upper) throws Exception {
    for (long seed = 2; seed < 30; seed++) {
      check(IntervalJoinModelTest.factory(lower, upper), seed, 4);
    }
  }
}

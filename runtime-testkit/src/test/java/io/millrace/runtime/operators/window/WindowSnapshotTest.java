package io.millrace.runtime.operators.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.SnapshotEverywhere;
import io.millrace.runtime.operators.SnapshotEverywhere.First;
import io.millrace.runtime.operators.SnapshotEverywhere.Step;
import io.millrace.runtime.operators.SnapshotEverywhere.Watermark;
import io.millrace.runtime.operators.window.HarnessGroup.Bid;
import io.millrace.runtime.operators.window.WindowModelTest.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All kinds of windows, folds and latenesses: a snapshot at any place, restored at any parallelism
 * and in either backend, changes nothing.
 */
class WindowSnapshotTest {
  private static final int KEYS = 5;
  private static final int STEPS = 30;

  static Stream<Case> cases() {
    return WindowModelTest.cases().map(arguments -> (Case) arguments.get()[0]).distinct();
  }

  private static int check(Case one, long seed, int every) throws Exception {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    long reached = -100;
    for (int i = 0; i < STEPS; i++) {
      if (random.nextInt(5) == 0) {
        reached = Math.max(reached + 1, i - 5 - random.nextInt(8));
        steps.add(new Watermark(reached));
      } else {
        Bid bid = new Bid(random.nextInt(KEYS), i);
        steps.add(new First<>(bid.key(), bid, i - random.nextInt(20)));
      }
    }
    steps.add(new Watermark(10_000));
    try (SnapshotEverywhere<Long, Bid> everywhere =
        new SnapshotEverywhere<>(
            WindowModelTest.factory(one), Bid::key, TypeInformation.of(Long.class))) {
      return everywhere.check(steps, random, every);
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
    assertThat(check(one, 1, 15)).isGreaterThan(6 * STEPS);
  }

  @Tag("soak")
  @ParameterizedTest
  @MethodSource("cases")
  void aSnapshotAnywhereOfManySeedsChangesNothing(Case one) throws Exception {
    for (long seed = 2; seed < 12; seed++) {
      check(one, seed, 4);
    }
  }
}

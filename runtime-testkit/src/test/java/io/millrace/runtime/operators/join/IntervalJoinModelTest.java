package io.millrace.runtime.operators.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessJoinFunction;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.join.JoinGroup.Left;
import io.millrace.runtime.operators.join.JoinGroup.Right;
import io.millrace.testkit.Emitted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random streams, late records and restores, against all records of both sides kept for ever. */
class IntervalJoinModelTest {
  private static final int STEPS = 2_000;
  private static final int KEYS = 6;

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (long[] bounds :
        new long[][] {{0, 0}, {-5, 5}, {0, 20}, {-20, -3}, {7, 9}, {-100, -99}, {-1, 60}}) {
      for (int seed = 1; seed <= 4; seed++) {
        cases.add(Arguments.of(bounds[0], bounds[1], seed));
      }
    }
    return cases.stream();
  }

  static final class Describe extends ProcessJoinFunction<Left, Right, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Left left, Right right, Context ctx, Collector<String> out) {
      out.collect(
          describe(left.value(), ctx.getLeftTimestamp(), right.value(), ctx.getRightTimestamp()));
    }
  }

  private static String describe(long left, long leftTime, long right, long rightTime) {
    return left + " at " + leftTime + " with " + right + " at " + rightTime;
  }

  private record Kept(boolean isLeft, long value, long timestamp) {}

  /** Every record that was in time, by key. */
  private static final class Naive {
    private final long lower;
    private final long upper;
    private final Map<Long, List<Kept>> records = new HashMap<>();
    private final Map<Long, Long> reached = new HashMap<>();
    private int late;

    Naive(long lower, long upper) {
      this.lower = lower;
      this.upper = upper;
    }

    List<Emitted<String>> process(long key, Kept record) {
      if (record.timestamp() < reached.getOrDefault(key, Long.MIN_VALUE)) {
        late++;
        return List.of();
      }
      List<Emitted<String>> found = new ArrayList<>();
      List<Kept> mine = records.computeIfAbsent(key, k -> new ArrayList<>());
      for (Kept other : mine) {
        if (other.isLeft() == record.isLeft()) {
          continue;
        }
        Kept left = record.isLeft() ? record : other;
        Kept right = record.isLeft() ? other : record;
        long distance = right.timestamp() - left.timestamp();
        if (distance >= lower && distance <= upper) {
          found.add(
              new Emitted<>(
                  describe(left.value(), left.timestamp(), right.value(), right.timestamp()),
                  Math.max(left.timestamp(), right.timestamp())));
        }
      }
      mine.add(record);
      return found;
    }

    void watermark(long key, long watermark) {
      reached.merge(key, watermark, Math::max);
    }
  }

  static OperatorFactory factory(long lower, long upper) {
    return ClassOperatorFactory.of(
        IntervalJoinOperator.class,
        new IntervalJoinSpec<>(
            lower,
            upper,
            new Describe(),
            TypeInformation.of(Left.class),
            TypeInformation.of(Right.class)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void meetsWhomAllRecordsEverWouldMeet(long lower, long upper, int seed) throws Exception {
    Random random = new Random(seed);
    Naive naive = new Naive(lower, upper);
    int results = 0;
    int restores = 0;
    try (JoinGroup<String> group =
        new JoinGroup<>(factory(lower, upper), 1 + random.nextInt(4), false)) {
      long[] clocks = new long[8];
      for (int step = 0; step < STEPS; step++) {
        int action = random.nextInt(200);
        if (action < 180) {
          long key = random.nextInt(KEYS);
          boolean isLeft = random.nextBoolean();
          long timestamp = step / 5 - random.nextInt(40) + (isLeft ? -lower : lower) / 2;
          List<Emitted<String>> wanted = naive.process(key, new Kept(isLeft, step, timestamp));
          if (isLeft) {
            group.left(key, step, timestamp);
          } else {
            group.right(key, step, timestamp);
          }
          assertThat(group.takeOutput())
              .as("seed %s step %s", seed, step)
              .containsExactlyInAnyOrderElementsOf(wanted);
          results += wanted.size();
        } else if (action < 199) {
          int subtask = random.nextInt(group.parallelism());
          clocks[subtask] =
              Math.max(clocks[subtask], step / 5 - Math.abs(lower) / 2 - random.nextInt(30));
          for (long key = 0; key < KEYS; key++) {
            if (group.ownerOf(key) == subtask) {
              naive.watermark(key, clocks[subtask]);
            }
          }
          group.watermark(subtask, clocks[subtask]);
        } else {
          group.restoreAt(1 + random.nextInt(4), random);
          clocks = new long[8];
          Arrays.fill(clocks, Long.MIN_VALUE);
          restores++;
        }
        assertThat(group.late()).as("late by step %s", step).isEqualTo(naive.late);
      }
    }
    assertThat(results).isGreaterThan(20);
    assertThat(restores).isPositive();
    assertThat(naive.late).isPositive();
  }
}

package io.millrace.runtime.exchange.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllowanceSizerTest {
  private static final long MIN = 100_000;
  private static final long MAX = 1_000_000;
  private static final long MILLI = 1_000_000;

  private final AllowanceSizer sizer = new AllowanceSizer(MIN, MAX);
  private long nanos = 5;
  private long consumed;

  /** Ten milliseconds in which the task takes so many bytes. */
  private long after(long bytes, long current, long backlog) {
    nanos += 10 * MILLI;
    consumed += bytes;
    return sizer.next(current, nanos, consumed, backlog);
  }

  @Test
  void growsByDoublingWithARateThatNeedsIt() {
    assertThat(after(0, MIN, 1)).isEqualTo(MIN);
    assertThat(after(2_000_000, MIN, 1)).isEqualTo(2 * MIN);
    assertThat(after(2_000_000, 2 * MIN, 1)).isEqualTo(4 * MIN);
    assertThat(after(2_000_000, 4 * MIN, 1)).isEqualTo(8 * MIN);
    assertThat(after(2_000_000, 8 * MIN, 1)).isEqualTo(MAX);
    assertThat(after(9_000_000, MAX, 1)).isEqualTo(MAX);
  }

  @Test
  void growsOnlyWhileTheSenderWaits() {
    assertThat(after(0, MIN, 0)).isEqualTo(MIN);
    assertThat(after(2_000_000, MIN, 0)).isEqualTo(MIN);
  }

  @Test
  void shrinksToWhatASlowTaskTakes() {
    assertThat(after(0, MAX, 1)).isEqualTo(MAX);
    assertThat(after(1_000, MAX, 1)).isEqualTo(MAX / 2);
    assertThat(after(1_000, MAX / 2, 1)).isEqualTo(MAX / 4);
    assertThat(after(1_000, MAX / 4, 1)).isEqualTo(MAX / 8);
    assertThat(after(1_000, MAX / 8, 1)).isEqualTo(MAX / 8);
  }

  @Test
  void doesNotJudgeByAPauseOrAMoment() {
    assertThat(after(0, MIN, 1)).isEqualTo(MIN);
    nanos += MILLI;
    consumed += 5_000_000;
    assertThat(sizer.next(MIN, nanos, consumed, 1)).isEqualTo(MIN);
    nanos += 10_000 * MILLI;
    assertThat(sizer.next(MAX, nanos, consumed, 1)).isEqualTo(MAX);
  }

  @Test
  void theBudgetIsGivenWholeOrNotAtAll() {
    FloatingBudget budget = new FloatingBudget(100);
    assertThat(budget.take(60)).isTrue();
    assertThat(budget.take(60)).isFalse();
    budget.giveBack(60);
    assertThat(budget.take(100)).isTrue();
    assertThat(budget.free()).isZero();
  }
}

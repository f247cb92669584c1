package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StepBudgetTest {
  private long nanos = 1;
  private final SubtaskTimes times = new SubtaskTimes(() -> nanos);
  private final StepBudget budget = new StepBudget(times);
  private int shares;
  private int left;

  private boolean share(long takes) {
    nanos += takes;
    shares++;
    left--;
    return left > 0;
  }

  private boolean goOn(long shareNanos) {
    return budget.goOnWithCut(() -> share(shareNanos), () -> false);
  }

  /** A step with a cut in it stays below the 5 ms that nothing may take on a subtask's thread. */
  @Test
  void aCutEndsTheStepInTime() {
    times.begin();
    left = 1_000;
    assertThat(goOn(700_000)).isTrue();
    assertThat(times.sinceBegin()).isBetween(3_000_000L, 4_000_000L);

    times.begin();
    nanos += 2_500_000; // records
    assertThat(goOn(700_000)).isTrue();
    assertThat(times.sinceBegin()).isBetween(3_000_000L, 4_000_000L);
  }

  @Test
  void aCutGetsOnHoweverLongTheRecordsTook() {
    times.begin();
    nanos += 50_000_000;
    left = 1_000;
    assertThat(goOn(700_000)).isTrue();
    assertThat(shares).isEqualTo(1);
  }

  @Test
  void aCutThatIsDoneWantsNoFurtherStep() {
    times.begin();
    left = 3;
    assertThat(goOn(10_000)).isFalse();
    assertThat(shares).isEqualTo(3);
  }

  @Test
  void aCutEndsTheStepWhenOthersWait() {
    times.begin();
    left = 1_000;
    assertThat(budget.goOnWithCut(() -> share(1), () -> shares == 2)).isTrue();
    assertThat(shares).isEqualTo(2);
  }

  @Test
  void aCutEndsTheStepThoughTheClockStandsStill() {
    times.begin();
    left = 1_000;
    assertThat(goOn(0)).isTrue();
    assertThat(shares).isLessThan(20);
  }
}

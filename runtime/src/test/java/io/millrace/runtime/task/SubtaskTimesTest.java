package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SubtaskTimesTest {
  private long nanos = 5;
  private final SubtaskTimes times = new SubtaskTimes(() -> nanos);

  @Test
  void keepsTheLongestStep() {
    step(100);
    step(300);
    step(200);
    assertThat(times.longestStep()).isEqualTo(300);
    assertThat(times.longestRecentStep()).isEqualTo(300);
    assertThat(times.busy()).isEqualTo(600);
  }

  /** What is between two steps is no step, whatever was waited for. */
  @Test
  void countsNoWaiting() {
    step(100);
    times.begin();
    times.end(true, false);
    nanos += 1_000_000;
    times.begin();
    assertThat(times.longestStep()).isEqualTo(100);
  }

  @Test
  void forgetsALongStepAfterTwoWindows() {
    step(1_000);
    nanos += SubtaskTimes.WINDOW_NANOS;
    step(10);
    assertThat(times.longestRecentStep()).as("the window before counts").isEqualTo(1_000);
    nanos += SubtaskTimes.WINDOW_NANOS;
    step(20);
    assertThat(times.longestRecentStep()).isEqualTo(20);
    assertThat(times.longestStep()).isEqualTo(1_000);
  }

  @Test
  void forgetsItAfterALongIdleTimeToo() {
    step(1_000);
    nanos += 3 * SubtaskTimes.WINDOW_NANOS;
    step(10);
    assertThat(times.longestRecentStep()).isEqualTo(10);
  }

  private void step(long length) {
    times.begin();
    nanos += length;
    times.end(false, false);
  }
}

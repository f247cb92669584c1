package io.millrace.runtime.task;

import static io.millrace.runtime.task.WatermarkValve.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WatermarkValveTest {
  private final WatermarkValve valve = new WatermarkValve(2);

  @Test
  void w1TheOutputIsTheMinimumOfTheChannels() {
    assertThat(valve.onWatermark(0, 10)).isEqualTo(UNCHANGED);
    assertThat(valve.onWatermark(1, 7)).isEqualTo(7);
    assertThat(valve.onWatermark(1, 9)).isEqualTo(9);
    assertThat(valve.onWatermark(1, 30)).isEqualTo(10);
    assertThat(valve.onWatermark(1, 40)).isEqualTo(UNCHANGED);
    assertThat(valve.onWatermark(0, 35)).isEqualTo(35);
    assertThat(valve.current()).isEqualTo(35);
  }

  @Test
  void w1AWatermarkThatGoesBackIsIgnored() {
    valve.onWatermark(0, 10);
    valve.onWatermark(1, 10);
    assertThat(valve.onWatermark(0, 5)).isEqualTo(UNCHANGED);
    assertThat(valve.onWatermark(1, 12)).isEqualTo(UNCHANGED);
    assertThat(valve.onWatermark(0, 11)).isEqualTo(11);
  }

  @Test
  void w1AReactivatedChannelJoinsOnlyAfterCatchingUpAndTheMinimumIsDerivedAnew() {
    valve.onWatermark(0, 10);
    valve.onWatermark(1, 5);
    assertThat(valve.onIdleness(1, true)).isEqualTo(10);
    assertThat(valve.onIdleness(1, false)).isEqualTo(UNCHANGED);
    // Behind: it doesn't hold channel 0.
    assertThat(valve.onWatermark(0, 20)).isEqualTo(20);
    assertThat(valve.onWatermark(1, 15)).isEqualTo(UNCHANGED);
    // Caught up: from now on it does.
    assertThat(valve.onWatermark(1, 25)).isEqualTo(UNCHANGED);
    assertThat(valve.onWatermark(0, 40)).isEqualTo(25);
  }

  @Test
  void w1CatchingUpWhileNoOtherChannelIsActiveMovesTheOutput() {
    valve.onWatermark(0, 10);
    valve.onWatermark(1, 5);
    valve.onIdleness(1, true);
    valve.onIdleness(1, false);
    assertThat(valve.onIdleness(0, true)).isEqualTo(UNCHANGED);
    assertThat(valve.onWatermark(1, 12)).isEqualTo(12);
  }

  @Test
  void w2AnIdleChannelDoesNotHoldTheOthers() {
    valve.onWatermark(0, 10);
    assertThat(valve.onIdleness(1, true)).isEqualTo(10);
    assertThat(valve.isIdle()).isFalse();
    assertThat(valve.onWatermark(0, 11)).isEqualTo(11);
  }

  @Test
  void w2AllIdleFlushesTheMaximumWhateverTheOrder() {
    for (int first = 0; first < 2; first++) {
      WatermarkValve each = new WatermarkValve(2);
      each.onWatermark(0, 10);
      each.onWatermark(1, 50);
      each.onIdleness(first, true);
      each.onIdleness(1 - first, true);
      assertThat(each.current()).isEqualTo(50);
      assertThat(each.isIdle()).isTrue();
      assertThat(each.onIdleness(0, false)).isEqualTo(UNCHANGED);
      assertThat(each.isIdle()).isFalse();
    }
  }

  @Test
  void repeatedIdlenessIsHarmless() {
    assertThat(valve.onIdleness(0, false)).isEqualTo(UNCHANGED);
    valve.onIdleness(0, true);
    valve.onIdleness(0, true);
    assertThat(valve.isIdle()).isFalse();
    valve.onIdleness(1, true);
    assertThat(valve.isIdle()).isTrue();
  }

  @Test
  void theMaximumWatermarkPassesOnceAllChannelsHaveIt() {
    assertThat(valve.onWatermark(0, Long.MAX_VALUE)).isEqualTo(UNCHANGED);
    assertThat(valve.onWatermark(1, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  /** The fast path against a plain recomputation over all channels. */
  @Test
  void agreesWithTheDefinitionOnRandomInput() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int n = 1 + random.nextInt(5);
      WatermarkValve tested = new WatermarkValve(n);
      long[] watermarks = new long[n];
      boolean[] idle = new boolean[n];
      boolean[] joined = new boolean[n];
      Arrays.fill(watermarks, Long.MIN_VALUE);
      Arrays.fill(joined, true);
      long expected = Long.MIN_VALUE;
      for (int step = 0; step < 300; step++) {
        int c = random.nextInt(n);
        long result;
        if (random.nextInt(5) == 0) {
          boolean nowIdle = random.nextBoolean();
          result = tested.onIdleness(c, nowIdle);
          if (nowIdle) {
            joined[c] = false;
          } else if (idle[c]) {
            joined[c] = watermarks[c] >= expected;
          }
          idle[c] = nowIdle;
        } else {
          long time = (long) step + random.nextInt(20);
          result = tested.onWatermark(c, time);
          watermarks[c] = Math.max(watermarks[c], time);
          joined[c] |= !idle[c] && watermarks[c] >= expected;
        }
        boolean allIdle = true;
        long lowest = Long.MAX_VALUE;
        long highest = Long.MIN_VALUE;
        boolean any = false;
        for (int i = 0; i < n; i++) {
          allIdle &= idle[i];
          highest = Math.max(highest, watermarks[i]);
          if (joined[i]) {
            any = true;
            lowest = Math.min(lowest, watermarks[i]);
          }
        }
        long derived = allIdle ? highest : any ? lowest : Long.MIN_VALUE;
        long before = expected;
        expected = Math.max(expected, derived);
        assertThat(result).isEqualTo(expected > before ? expected : UNCHANGED);
        assertThat(tested.current()).isEqualTo(expected);
        assertThat(tested.isIdle()).isEqualTo(allIdle);
      }
    }
  }
}

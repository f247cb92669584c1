package io.millrace.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.graph.RestartSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {
  @Test
  void fo4GrowsToTheMaximum() {
    RestartBackoff backoff = backoff(0.0, 0.5, Integer.MAX_VALUE);
    for (long millis : new long[] {100, 200, 400, 500, 500}) {
      assertThat(backoff.onFailure(0)).contains(Duration.ofMillis(millis));
    }
  }

  @Test
  void fo4TheJitterIsThatShareOfTheDelayAtMost() {
    assertThat(backoff(0.2, 0.0, 9).onFailure(0)).contains(Duration.ofMillis(80));
    assertThat(backoff(0.2, 0.5, 9).onFailure(0)).contains(Duration.ofMillis(100));
    assertThat(backoff(0.2, 1.0, 9).onFailure(0)).contains(Duration.ofMillis(120));
  }

  @Test
  void fo4RunningLongEnoughForgetsFormerFailures() {
    RestartBackoff backoff = backoff(0, 0.5, 2);
    backoff.onFailure(0);
    backoff.onRunning(1_000);
    assertThat(backoff.onFailure(10_999)).contains(Duration.ofMillis(200));
    backoff.onRunning(20_000);
    assertThat(backoff.onFailure(30_000)).contains(Duration.ofMillis(100));
    assertThat(backoff.restartsInARow()).isEqualTo(1);
  }

  @Test
  void fo4TheBudgetEnds() {
    RestartBackoff backoff = backoff(0, 0.5, 1);
    assertThat(backoff.onFailure(0)).isPresent();
    assertThat(backoff.onFailure(0)).isEmpty();
    assertThat(new RestartBackoff(RestartSettings.none(), () -> 0.5).onFailure(0)).isEmpty();
  }

  private static RestartBackoff backoff(double jitter, double random, int attempts) {
    return new RestartBackoff(
        new RestartSettings(
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            2,
            Duration.ofSeconds(10),
            jitter,
            attempts),
        () -> random);
  }
}

package io.millrace.api.datastream;

import io.millrace.runtime.graph.RestartSettings;
import java.time.Duration;

/** What happens after a failure. The default is an exponentially growing delay without end. */
public final class RestartStrategies {
  private RestartStrategies() {}

  /** The first failure is final. */
  public static RestartSettings noRestart() {
    return RestartSettings.none();
  }

  /** Restarts in a row up to {@code attempts}, each after the same delay. */
  public static RestartSettings fixedDelayRestart(int attempts, Duration delay) {
    return new RestartSettings(
        delay, delay, 1.0, RestartSettings.DEFAULT.resetAfter(), 0, attempts);
  }

  /** Restarts after delays that grow. */
  public static RestartSettings exponentialDelayRestart(
      Duration initial, Duration max, double multiplier, Duration resetAfter, double jitter) {
    return new RestartSettings(initial, max, multiplier, resetAfter, jitter, Integer.MAX_VALUE);
  }
}

package io.millrace.runtime.graph;

import java.time.Duration;

/**
 * Exponential back-off between restarts (invariant FO4).
 *
 * @param initial delay before the first restart
 * @param max largest delay
 * @param multiplier growth from one to the next, at least 1
 * @param resetAfter running that long without failure forgets former failures
 * @param jitter random part of the delay, 0 to 1
 * @param maxAttempts restarts in a row after which the job fails for good
 */
public record RestartSettings(
    Duration initial,
    Duration max,
    double multiplier,
    Duration resetAfter,
    double jitter,
    int maxAttempts) {
  public static final RestartSettings DEFAULT =
      new RestartSettings(
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          2.0,
          Duration.ofMinutes(5),
          0.1,
          Integer.MAX_VALUE);

  public static RestartSettings none() {
    return new RestartSettings(Duration.ZERO, Duration.ZERO, 1.0, Duration.ofMinutes(5), 0, 0);
  }
}

package io.millrace.runtime.scheduler;

import io.millrace.runtime.graph.RestartSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Exponential delay between restarts, with jitter, forgotten after a time without failure
 * (invariant FO4). Owned by the job's thread.
 */
public final class RestartBackoff {
  private final RestartSettings settings;
  private final DoubleSupplier random;
  private int inARow;
  private long runningSinceMillis = Long.MAX_VALUE;

  /**
   * @param random gives numbers from 0 (inclusive) to 1 (exclusive)
   */
  public RestartBackoff(RestartSettings settings, DoubleSupplier random) {
    this.settings = settings;
    this.random = random;
  }

  /** All subtasks run. */
  public void onRunning(long nowMillis) {
    runningSinceMillis = nowMillis;
  }

  /**
   * The job has failed.
   *
   * @return the delay before the restart; empty if the budget is used up
   */
  public Optional<Duration> onFailure(long nowMillis) {
    if (runningSinceMillis <= nowMillis
        && nowMillis - runningSinceMillis >= settings.resetAfter().toMillis()) {
      inARow = 0;
    }
    runningSinceMillis = Long.MAX_VALUE;
    if (inARow >= settings.maxAttempts()) {
      return Optional.empty();
    }
    double wanted = settings.initial().toMillis() * Math.pow(settings.multiplier(), inARow);
    double capped = Math.min(settings.max().toMillis(), wanted);
    double spread = 1 + settings.jitter() * (2 * random.getAsDouble() - 1);
    inARow++;
    return Optional.of(Duration.ofMillis(Math.max(0, Math.round(capped * spread))));
  }

  /** Restarts since the last reset. */
  public int restartsInARow() {
    return inARow;
  }
}

package io.millrace.taskmanager;

import java.time.Duration;

/**
 * How a TaskManager presents and keeps itself.
 *
 * @param build as {@link io.millrace.runtime.rpc.Build} says it
 * @param registrationTimeout after which, not registered, the process is of no use and exits (HB2)
 * @param cancelTimeout after which a subtask that ignores its cancellation ends the process (HB3)
 * @param backoff between two tries to connect
 */
public record TaskManagerSettings(
    Address address,
    int slots,
    long processId,
    String build,
    Duration registrationTimeout,
    Duration cancelTimeout,
    Backoff backoff) {

  /**
   * Where others reach it.
   *
   * @param dataPort of the exchange
   * @param metricsPort of the metrics page, 0 for none
   */
  public record Address(String host, int dataPort, int metricsPort) {}

  /** Delays between tries: {@code initial}, then doubled up to {@code max}. */
  public record Backoff(Duration initial, Duration max) {
    Duration after(int failures) {
      long millis = initial.toMillis() << Math.min(failures, 20);
      return Duration.ofMillis(Math.min(millis, max.toMillis()));
    }
  }
}

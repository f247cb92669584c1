package io.millrace.connectors.kafka;

import java.time.Duration;
import java.util.Optional;

/** How long transactions may live (K8). */
final class TransactionTimeout {
  static final String PROPERTY = "transaction.timeout.ms";
  static final String BROKER_LIMIT = "transaction.max.timeout.ms";
  private static final Duration USUAL = Duration.ofMinutes(15);
  private static final Duration FOR_RESTARTS = Duration.ofMinutes(5);

  private TransactionTimeout() {}

  /**
   * @param wanted what the user set
   * @param limit what the broker allows
   * @param interval between checkpoints, if they are periodic
   * @param checkpointTimeout how long a checkpoint may take
   * @throws KafkaConnectorException if transactions could end before their checkpoints, or the
   *     broker would refuse them, with the remedy
   */
  static Duration choose(
      Optional<Duration> wanted,
      Duration limit,
      Optional<Duration> interval,
      Duration checkpointTimeout) {
    Duration needed = interval.orElse(Duration.ZERO).plus(checkpointTimeout);
    if (wanted.isPresent() && wanted.get().compareTo(limit) > 0) {
      throw new KafkaConnectorException(
          "The sink's "
              + PROPERTY
              + " of "
              + wanted.get().toMillis()
              + " is above the broker's "
              + BROKER_LIMIT
              + " of "
              + limit.toMillis()
              + ". Lower the sink's (setProperty), or raise the broker's");
    }
    if (wanted.isPresent() && wanted.get().compareTo(needed) <= 0) {
      throw new KafkaConnectorException(
          "The sink's "
              + PROPERTY
              + " of "
              + wanted.get().toMillis()
              + " is not above checkpoint interval + checkpoint timeout ("
              + needed.toMillis()
              + " ms): the broker would abort transactions before their checkpoint completes, and"
              + " records would be lost. Raise it (the broker allows "
              + limit.toMillis()
              + "), or lower the checkpoint interval or timeout");
    }
    if (limit.compareTo(needed) <= 0) {
      throw new KafkaConnectorException(
          "The broker's "
              + BROKER_LIMIT
              + " of "
              + limit.toMillis()
              + " is not above checkpoint interval + checkpoint timeout ("
              + needed.toMillis()
              + " ms): it would abort transactions before their checkpoint completes, and records"
              + " would be lost. Raise it at the broker, or lower the checkpoint interval or"
              + " timeout");
    }
    if (wanted.isPresent()) {
      return wanted.get();
    }
    Duration comfortable = needed.multipliedBy(2).plus(FOR_RESTARTS);
    Duration longest = comfortable.compareTo(USUAL) > 0 ? comfortable : USUAL;
    return longest.compareTo(limit) < 0 ? longest : limit;
  }
}

package io.millrace.connectors.kafka;

import io.millrace.core.function.PermanentFailure;

/** Something is wrong with how Kafka is used or with Kafka itself; the message says what to do. */
public final class KafkaConnectorException extends RuntimeException implements PermanentFailure {
  private static final long serialVersionUID = 1L;

  private final boolean permanent;

  public KafkaConnectorException(String message) {
    this(message, null, false);
  }

  public KafkaConnectorException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private KafkaConnectorException(String message, Throwable cause, boolean permanent) {
    super(message, cause);
    this.permanent = permanent;
  }

  /** A restart of the job would not change it. */
  static KafkaConnectorException permanent(String message, Throwable cause) {
    return new KafkaConnectorException(message, cause, true);
  }

  @Override
  public boolean isPermanent() {
    return permanent;
  }
}

package io.millrace.connectors.kafka;

/** Something is wrong with how Kafka is used or with Kafka itself; the message says what to do. */
public final class KafkaConnectorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KafkaConnectorException(String message) {
    super(message);
  }

  public KafkaConnectorException(String message, Throwable cause) {
    super(message, cause);
  }
}

package io.millrace.connectors.kafka;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/** What a {@link KafkaSinkBuilder} was told, apart from the record type. */
record KafkaSinkSettings(
    KafkaConnection connection,
    DeliveryGuarantee guarantee,
    String transactionalIdPrefix,
    LostTransactionPolicy lostTransactions)
    implements Serializable {

  Optional<Duration> wantedTransactionTimeout() {
    return Optional.ofNullable(connection.properties().get(TransactionTimeout.PROPERTY))
        .map(Long::parseLong)
        .map(Duration::ofMillis);
  }

  /** Configuration of a producer without transactions. */
  Properties producer(String clientId) {
    TreeMap<String, String> forced = new TreeMap<>();
    forced.put("client.id", clientId);
    return connection.client(defaults(), forced);
  }

  /** Configuration of a producer with transactions. */
  Properties transactionalProducer(String clientId, String transactionalId, Duration timeout) {
    TreeMap<String, String> forced = new TreeMap<>();
    forced.put("client.id", clientId);
    forced.put("transactional.id", transactionalId);
    forced.put(TransactionTimeout.PROPERTY, Long.toString(timeout.toMillis()));
    forced.put("enable.idempotence", "true");
    forced.put("acks", "all");
    return connection.client(defaults(), forced);
  }

  private TreeMap<String, String> defaults() {
    TreeMap<String, String> defaults = new TreeMap<>();
    defaults.put("batch.size", "32768");
    // Allocated as needed; several producers of a pool have theirs.
    defaults.put("buffer.memory", "16777216");
    defaults.put("max.block.ms", Long.toString(connection.reachTimeout().toMillis()));
    // A topic that is forgotten while a producer rests would be fetched by the subtask's thread.
    defaults.put("metadata.max.idle.ms", Long.toString(Duration.ofDays(3650).toMillis()));
    return defaults;
  }
}

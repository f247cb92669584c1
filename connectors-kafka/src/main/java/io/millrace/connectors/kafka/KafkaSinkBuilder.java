package io.millrace.connectors.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes {@link KafkaSink}s. Needed: bootstrap servers, a record serializer and, for exactly-once, a
 * prefix of transactional ids.
 */
public final class KafkaSinkBuilder<T> {
  /** What the sink decides itself; setting it otherwise would break its guarantees. */
  private static final Set<String> OURS =
      Set.of("bootstrap.servers", "transactional.id", "key.serializer", "value.serializer");

  private String bootstrapServers = "";
  private Optional<KafkaRecordSerializationSchema<T>> serializer = Optional.empty();
  private DeliveryGuarantee guarantee = DeliveryGuarantee.AT_LEAST_ONCE;
  private String prefix = "";
  private LostTransactionPolicy lostTransactions = LostTransactionPolicy.FAIL;
  private final TreeMap<String, String> properties = new TreeMap<>();

  KafkaSinkBuilder() {}

  /** {@code host:port}, several with commas. */
  public KafkaSinkBuilder<T> setBootstrapServers(String servers) {
    bootstrapServers = Objects.requireNonNull(servers, "servers");
    return this;
  }

  public KafkaSinkBuilder<T> setRecordSerializer(KafkaRecordSerializationSchema<T> schema) {
    serializer = Optional.of(schema);
    return this;
  }

  /**
   * At least once by default. Exactly-once keeps a transaction open from checkpoint to checkpoint:
   * read_committed readers see records when it is committed, and if the job dies for good, readers
   * of its topics wait until the broker ends it, after {@code transaction.timeout.ms} (15 minutes
   * if the broker allows that).
   */
  public KafkaSinkBuilder<T> setDeliveryGuarantee(DeliveryGuarantee deliveryGuarantee) {
    guarantee = Objects.requireNonNull(deliveryGuarantee, "deliveryGuarantee");
    return this;
  }

  /**
   * Begins the names of this sink's transactions. It must stay the same over restarts, and must be
   * used by no other sink and no other running job on the same Kafka cluster: two users of one
   * prefix end each other's transactions. A job that takes over from a former one, as from its
   * savepoint, keeps the prefix, so that it ends what the former one may have left open.
   */
  public KafkaSinkBuilder<T> setTransactionalIdPrefix(String transactionalIdPrefix) {
    prefix = Objects.requireNonNull(transactionalIdPrefix, "transactionalIdPrefix");
    return this;
  }

  /** What happens when a completed checkpoint's transaction is gone; the job fails by default. */
  public KafkaSinkBuilder<T> onLostTransaction(LostTransactionPolicy policy) {
    lostTransactions = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /** A property of Kafka's producer, such as {@code compression.type} or one for security. */
  public KafkaSinkBuilder<T> setProperty(String name, String value) {
    if (OURS.contains(name)) {
      throw new IllegalArgumentException(
          "Property " + name + " is set by the sink itself; use the builder's own methods");
    }
    properties.put(name, value);
    return this;
  }

  public KafkaSinkBuilder<T> setProperties(Properties all) {
    all.stringPropertyNames().forEach(name -> setProperty(name, all.getProperty(name)));
    return this;
  }

  /**
   * @throws IllegalStateException saying what has not been set
   */
  public KafkaSink<T> build() {
    List<String> missing = new ArrayList<>();
    if (bootstrapServers.isBlank()) {
      missing.add("setBootstrapServers");
    }
    if (serializer.isEmpty()) {
      missing.add("setRecordSerializer");
    }
    if (guarantee == DeliveryGuarantee.EXACTLY_ONCE && prefix.isBlank()) {
      missing.add(
          "setTransactionalIdPrefix (for exactly-once: a name that no other sink on this Kafka"
              + " cluster uses)");
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException("A Kafka sink needs " + String.join(", ", missing));
    }
    return new KafkaSink<>(
        new KafkaSinkSettings(
            new KafkaConnection(bootstrapServers, new TreeMap<>(properties)),
            guarantee,
            prefix,
            lostTransactions),
        serializer.get());
  }
}

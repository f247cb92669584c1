package io.millrace.connectors.kafka;

import io.millrace.core.format.SerializationSchema;
import io.millrace.core.function.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Makes {@link KafkaRecordSerializationSchema}s from parts. Needed: a topic (or a selector) and a
 * schema for values. Records without a key are spread over the partitions; records with one go
 * where it says. The timestamp is the event time, if there is one.
 */
public final class KafkaRecordSerializationSchemaBuilder<T> {
  private Optional<String> topic = Optional.empty();
  private Optional<TopicSelector<? super T>> selector = Optional.empty();
  private Optional<SerializationSchema<? super T>> values = Optional.empty();
  private Optional<SerializationSchema<? super T>> keys = Optional.empty();
  private Optional<HeaderProvider<? super T>> headers = Optional.empty();
  private Optional<KafkaPartitioner<? super T>> partitioner = Optional.empty();

  KafkaRecordSerializationSchemaBuilder() {}

  /** Chooses a record's topic. */
  @FunctionalInterface
  public interface TopicSelector<T> extends Function {
    String topic(T element);
  }

  /** Gives a record's headers, in order. */
  @FunctionalInterface
  public interface HeaderProvider<T> extends Function {
    List<Map.Entry<String, byte[]>> headers(T element);
  }

  /** Chooses a record's partition. */
  @FunctionalInterface
  public interface KafkaPartitioner<T> extends Function {
    /**
     * @param key as serialised; empty if there is no schema for keys
     */
    int partition(T element, Optional<byte[]> key);
  }

  public KafkaRecordSerializationSchemaBuilder<T> setTopic(String name) {
    topic = Optional.of(name);
    return this;
  }

  public <S extends T> KafkaRecordSerializationSchemaBuilder<S> setTopicSelector(
      TopicSelector<? super S> topicSelector) {
    KafkaRecordSerializationSchemaBuilder<S> self = narrowed();
    self.selector = Optional.of(topicSelector);
    return self;
  }

  public <S extends T> KafkaRecordSerializationSchemaBuilder<S> setValueSerializationSchema(
      SerializationSchema<S> schema) {
    KafkaRecordSerializationSchemaBuilder<S> self = narrowed();
    self.values = Optional.of(schema);
    return self;
  }

  public <S extends T> KafkaRecordSerializationSchemaBuilder<S> setKeySerializationSchema(
      SerializationSchema<? super S> schema) {
    KafkaRecordSerializationSchemaBuilder<S> self = narrowed();
    self.keys = Optional.of(schema);
    return self;
  }

  public <S extends T> KafkaRecordSerializationSchemaBuilder<S> setHeaderProvider(
      HeaderProvider<? super S> provider) {
    KafkaRecordSerializationSchemaBuilder<S> self = narrowed();
    self.headers = Optional.of(provider);
    return self;
  }

  public <S extends T> KafkaRecordSerializationSchemaBuilder<S> setPartitioner(
      KafkaPartitioner<? super S> kafkaPartitioner) {
    KafkaRecordSerializationSchemaBuilder<S> self = narrowed();
    self.partitioner = Optional.of(kafkaPartitioner);
    return self;
  }

  /**
   * @throws IllegalStateException saying what has not been set
   */
  public KafkaRecordSerializationSchema<T> build() {
    List<String> missing = new ArrayList<>();
    if (topic.isPresent() == selector.isPresent()) {
      missing.add("either setTopic or setTopicSelector");
    }
    if (values.isEmpty()) {
      missing.add("setValueSerializationSchema");
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException("A Kafka record needs " + String.join(" and ", missing));
    }
    String fixed = topic.orElse("");
    return new Composed<>(
        fixed,
        selector.orElse(e -> fixed),
        values.get(),
        keys.orElse(null),
        headers.orElse(null),
        partitioner.orElse(null));
  }

  /**
   * The first part that names the record type fixes it, so that {@code builder()} needs no type
   * argument. What was set before accepts any {@code T}, hence any {@code S}.
   */
  @SuppressWarnings("unchecked")
  private <S extends T> KafkaRecordSerializationSchemaBuilder<S> narrowed() {
    return (KafkaRecordSerializationSchemaBuilder<S>) this;
  }

  /** Optional parts are null here, because optionals are not serializable. */
  private record Composed<T>(
      String fixed,
      TopicSelector<? super T> topics,
      SerializationSchema<? super T> values,
      SerializationSchema<? super T> keys,
      HeaderProvider<? super T> headers,
      KafkaPartitioner<? super T> partitioner)
      implements KafkaRecordSerializationSchema<T> {
    @Override
    public void open() throws Exception {
      values.open();
      if (keys != null) {
        keys.open();
      }
    }

    @Override
    public Optional<String> fixedTopic() {
      return fixed.isEmpty() ? Optional.empty() : Optional.of(fixed);
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(T element, long timestamp) throws Exception {
      byte[] key = keys == null ? null : keys.serialize(element);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              Objects.requireNonNull(topics.topic(element), "the topic selector returned null"),
              partitioner == null
                  ? null
                  : (Integer) partitioner.partition(element, Optional.ofNullable(key)),
              timestamp >= 0 ? timestamp : null,
              key,
              values.serialize(element));
      if (headers != null) {
        Headers target = record.headers();
        for (Map.Entry<String, byte[]> header : headers.headers(element)) {
          target.add(header.getKey(), header.getValue());
        }
      }
      return record;
    }
  }
}

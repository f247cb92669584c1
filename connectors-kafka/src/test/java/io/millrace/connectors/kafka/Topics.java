package io.millrace.connectors.kafka;

import io.millrace.testing.kafka.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Plain Kafka clients for what tests put in and look at. */
final class Topics {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private Topics() {}

  /** A new topic of its own for a test. */
  static String create(KafkaBroker broker, int partitions) {
    String topic = "topic-" + NAMES.incrementAndGet();
    broker.createTopic(topic, partitions);
    return topic;
  }

  static String uniquePrefix() {
    return "prefix-" + NAMES.incrementAndGet();
  }

  static List<String> readCommitted(KafkaBroker broker, String topic) {
    return readCommittedRecords(broker, topic).stream()
        .map(r -> new String(r.value(), StandardCharsets.UTF_8))
        .toList();
  }

  /** What a read_committed reader sees up to the last stable offset, partition by partition. */
  static List<ConsumerRecord<byte[], byte[]>> readCommittedRecords(
      KafkaBroker broker, String topic) {
    Map<TopicPartition, Long> ends = stableEnds(broker, topic);
    List<ConsumerRecord<byte[], byte[]>> result = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(result::add);
      }
    }
    return result;
  }

  static Map<TopicPartition, Long> stableEnds(KafkaBroker broker, String topic) {
    try (Admin admin = broker.admin()) {
      int partitions =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
      Map<TopicPartition, OffsetSpec> query = new HashMap<>();
      for (int p = 0; p < partitions; p++) {
        query.put(new TopicPartition(topic, p), OffsetSpec.latest());
      }
      Map<TopicPartition, Long> ends = new HashMap<>();
      admin
          .listOffsets(query, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
          .all()
          .get()
          .forEach((tp, info) -> ends.put(tp, info.offset()));
      return ends;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes values {@code prefix0 .. prefix(n-1)} to one partition, with timestamps 0 .. n-1. */
  static void write(KafkaBroker broker, String topic, int partition, String prefix, int n) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < n; i++) {
        producer.send(
            new ProducerRecord<>(
                topic, partition, 1000L + i, null, (prefix + i).getBytes(StandardCharsets.UTF_8)));
      }
      producer.flush();
    }
  }
}

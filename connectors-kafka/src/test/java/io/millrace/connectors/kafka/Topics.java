package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

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

  /** A commit is answered before its markers are written, so this waits. */
  static void assertVisible(KafkaBroker broker, String topic, String... values) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> assertThat(readCommitted(broker, topic)).containsExactlyInAnyOrder(values));
  }

  /** What the broker knows of this sink's transactional ids. */
  static List<TransactionListing> transactions(KafkaBroker broker, String prefix) throws Exception {
    try (Admin admin = broker.admin()) {
      return admin.listTransactions().all().get().stream()
          .filter(t -> t.transactionalId().startsWith(prefix + "-"))
          .toList();
    }
  }

  static List<String> openTransactions(KafkaBroker broker, String prefix) throws Exception {
    return transactions(broker, prefix).stream()
        .filter(t -> t.state() == TransactionState.ONGOING)
        .map(TransactionListing::transactionalId)
        .toList();
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

package io.millrace.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic as another application would: from its start, committed records only. */
final class CommittedReader implements AutoCloseable {
  private static final ObjectReader JSON = new ObjectMapper().reader();

  private final Thread thread;
  private final AtomicLong count = new AtomicLong();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean closed;

  /** Follows the topic and counts, on a thread of its own. */
  CommittedReader(String bootstrapServers, String topic) {
    this.thread =
        new Thread(
            () -> {
              try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrapServers)) {
                consumer.assign(partitions(consumer, topic));
                consumer.seekToBeginning(consumer.assignment());
                while (!closed) {
                  count.addAndGet(consumer.poll(Duration.ofMillis(100)).count());
                }
              } catch (RuntimeException e) {
                failure.set(e);
              }
            },
            "millrace-demo-reader-" + topic);
    thread.setDaemon(true);
    thread.start();
  }

  /** Records seen so far. */
  long count() {
    Exception cause = failure.get();
    if (cause != null) {
      throw new DemoException(
          "The results could not be read from Kafka: " + cause.getMessage(), cause);
    }
    return count.get();
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Reads all committed records that are there now. */
  static void readAll(String bootstrapServers, String topic, Consumer<JsonNode> each) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrapServers)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          each.accept(JSON.readTree(record.value()));
        }
      }
    } catch (IOException e) {
      throw new DemoException("A record of topic " + topic + " is not JSON: " + e.getMessage(), e);
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers) {
    Properties properties = new Properties();
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .sorted(java.util.Comparator.comparingInt(PartitionInfo::partition))
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }
}

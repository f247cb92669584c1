package io.millrace.demo;

import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes the bids to their topic on a thread of its own. */
final class Feeder implements AutoCloseable {
  private final Thread thread;
  private final AtomicLong fed = new AtomicLong();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean closed;

  Feeder(String bootstrapServers, String topic, int records) {
    Properties properties = new Properties();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, "20");
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, "65536");
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    // In order and each once, whatever is retried: the order is part of what is expected.
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    this.thread =
        new Thread(
            () -> {
              try (KafkaProducer<byte[], String> producer =
                  new KafkaProducer<>(
                      properties, new ByteArraySerializer(), new StringSerializer())) {
                for (int i = 0; i < records && !closed && failure.get() == null; i++) {
                  producer.send(
                      new ProducerRecord<>(topic, BidStream.partition(i), null, BidStream.json(i)),
                      (metadata, e) -> {
                        if (e != null) {
                          failure.compareAndSet(null, e);
                        }
                      });
                  fed.lazySet(i + 1);
                }
              } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
              }
            },
            "millrace-demo-feeder");
    thread.setDaemon(true);
    thread.start();
  }

  long fed() {
    return fed.get();
  }

  void check() {
    Exception cause = failure.get();
    if (cause != null && !closed) {
      throw new DemoException(
          "The bids could not be written to Kafka: " + cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}

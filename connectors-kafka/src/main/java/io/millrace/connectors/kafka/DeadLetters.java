package io.millrace.connectors.kafka;

import io.millrace.core.source.SourceReaderContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Writes poison records to another topic as they are, with headers that say where they come from.
 * The producer is made with the first one. Subtask thread only.
 */
final class DeadLetters implements AutoCloseable {
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private final KafkaConnection connection;
  private final String topic;
  private final SourceReaderContext context;
  private final BlockingCalls calls;
  private Optional<Outbox> outbox = Optional.empty();
  private boolean unflushed;

  DeadLetters(KafkaConnection connection, String topic, SourceReaderContext context) {
    this.connection = connection;
    this.topic = topic;
    this.context = context;
    this.calls =
        new BlockingCalls("dead-letters-" + context.subtaskIndex(), context.userCodeClassLoader());
  }

  boolean hasRoom() {
    return outbox.map(Outbox::hasRoom).orElse(true);
  }

  void write(ConsumerRecord<byte[], byte[]> poison, Throwable cause) {
    if (outbox.isEmpty()) {
      outbox = Optional.of(open());
    }
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, null, poison.key(), poison.value(), poison.headers());
    Headers headers = letter.headers();
    headers.add("millrace.origin.topic", utf8(poison.topic()));
    headers.add("millrace.origin.partition", utf8(Integer.toString(poison.partition())));
    headers.add("millrace.origin.offset", utf8(Long.toString(poison.offset())));
    headers.add("millrace.exception", utf8(cause.toString()));
    unflushed = true;
    outbox.get().write(letter);
  }

  /**
   * Waits for the acknowledgement of all written before, so that no checkpoint passes over a record
   * that is nowhere. Waiting here, in a snapshot that follows a poison record by milliseconds, is
   * rare and bounded by the producer's delivery timeout.
   */
  void flush() {
    if (!unflushed) {
      return;
    }
    try {
      outbox.orElseThrow().flush();
      unflushed = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaConnectorException("Interrupted while writing dead letters to " + topic, e);
    } catch (ExecutionException e) {
      throw new KafkaConnectorException(
          "Dead letters can't be written to topic '" + topic + "': " + e.getCause().getMessage(),
          e.getCause());
    }
  }

  private Outbox open() {
    TreeMap<String, String> defaults = new TreeMap<>();
    defaults.put("batch.size", "16384");
    defaults.put("buffer.memory", "4194304");
    defaults.put("delivery.timeout.ms", "30000");
    defaults.put("request.timeout.ms", "10000");
    defaults.put("max.block.ms", Long.toString(connection.reachTimeout().toMillis()));
    TreeMap<String, String> forced = new TreeMap<>();
    forced.put("acks", "all");
    forced.put("enable.idempotence", "true");
    forced.put(
        "client.id",
        KafkaConnection.clientId("dead-letters", context.jobName(), context.subtaskIndex()));
    Properties config = connection.client(defaults, forced);
    ProducerChannel.Events events =
        new ProducerChannel.Events() {
          @Override
          public void room() {
            context.wakeUp();
          }

          @Override
          public void failed(Throwable cause) {
            context.fail(cause);
          }
        };
    return new Outbox(
        calls.run(() -> new ProducerChannel(config, events)), connection, calls, events);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    outbox.ifPresent(
        o ->
            o.channel()
                .whenComplete(
                    (channel, e) -> {
                      if (channel != null) {
                        channel.close(CLOSE_PATIENCE);
                      }
                    }));
    calls.close();
  }
}

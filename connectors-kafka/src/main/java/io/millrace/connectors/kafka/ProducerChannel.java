package io.millrace.connectors.kafka;

import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A producer whose {@code send} never blocks: topics are resolved beforehand, and {@link #hasRoom}
 * is false before the buffer is full. One thread at a time sends; anything else is thread-safe.
 */
final class ProducerChannel {
  private static final int RECORD_OVERHEAD = 128;

  private final KafkaProducer<byte[], byte[]> producer;
  private final Events events;
  private final String transactionalId;
  private final Metric availableBytes;
  private final int batchSize;

  /** Kept free, for a batch of records that is written without asking in between. */
  private final long reserve;

  private final long resumeAt;
  private final Set<String> resolved = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Callback callback = this::acknowledged;
  private long credit;
  private volatile boolean starved;

  /** What a channel tells its owner, from any thread. */
  interface Events {
    void room();

    void failed(Throwable cause);
  }

  ProducerChannel(Properties config, Events events) {
    this.events = events;
    this.transactionalId = config.getProperty("transactional.id", "");
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.availableBytes =
        producer.metrics().values().stream()
            .filter(m -> m.metricName().name().equals("buffer-available-bytes"))
            .findFirst()
            .orElseThrow();
    this.batchSize = Integer.parseInt(config.getProperty("batch.size"));
    long total = Long.parseLong(config.getProperty("buffer.memory"));
    this.reserve = total / 4;
    this.resumeAt = total / 2;
  }

  KafkaProducer<byte[], byte[]> producer() {
    return producer;
  }

  /** Empty without transactions. */
  String transactionalId() {
    return transactionalId;
  }

  /** Whether a batch of records can be sent without filling the buffer. */
  boolean hasRoom() {
    return credit > 0 || measure();
  }

  /**
   * A record may take a whole new batch of memory, so credit is counted in worst cases and the
   * buffer is only looked at when it runs out.
   */
  private boolean measure() {
    credit = available() - reserve;
    if (credit > 0) {
      return true;
    }
    starved = true;
    // Acknowledgements that came before the flag was up wake nobody.
    credit = available() - reserve;
    if (credit > 0) {
      starved = false;
      return true;
    }
    return false;
  }

  private long available() {
    return ((Number) availableBytes.metricValue()).longValue();
  }

  boolean knows(String topic) {
    return resolved.contains(topic);
  }

  /** Fetches a topic's metadata. Blocks. */
  void resolve(String topic) {
    if (!resolved.contains(topic)) {
      producer.partitionsFor(topic);
      resolved.add(topic);
    }
  }

  /** Sends to a resolved topic. Errors come to {@link Events#failed} and to {@link #flush}. */
  void send(ProducerRecord<byte[], byte[]> record) {
    credit -= Math.max(batchSize, size(record));
    producer.send(record, callback);
  }

  private void acknowledged(RecordMetadata metadata, Exception exception) {
    if (exception != null) {
      Throwable cause = explained(metadata, exception);
      if (failure.compareAndSet(null, cause)) {
        events.failed(cause);
      }
    }
    if (starved && available() > resumeAt) {
      starved = false;
      events.room();
    }
  }

  private Throwable explained(RecordMetadata metadata, Exception exception) {
    String place = metadata == null ? "" : " to " + metadata.topic() + "-" + metadata.partition();
    String remedy = "";
    if (exception instanceof ProducerFencedException
        || exception instanceof InvalidProducerEpochException) {
      remedy =
          ". Transactional id '"
              + transactionalId
              + "' was taken over by another producer: two running jobs, or two sinks, use the"
              + " same transactional id prefix. Give each its own"
              + " (setTransactionalIdPrefix)";
    } else if (exception instanceof RecordTooLargeException) {
      remedy = ". Raise max.request.size (setProperty) and the topic's max.message.bytes";
    }
    return new KafkaConnectorException(
        "A record can't be written" + place + ": " + exception.getMessage() + remedy, exception);
  }

  /** Waits until all that was sent is acknowledged, and throws if anything was not (K1). Blocks. */
  void flush() {
    producer.flush();
    Throwable cause = failure.get();
    if (cause != null) {
      throw new KafkaConnectorException(cause.getMessage(), cause);
    }
  }

  /**
   * Ends the producer at once. Whatever transaction it has open stays open at the broker: a
   * producer that is closed with patience would abort it.
   */
  void closeNow() {
    close(Duration.ZERO);
  }

  /** Ends the producer; what is not sent by then is lost, and an open transaction is aborted. */
  void close(Duration patience) {
    boolean interrupted = Thread.interrupted();
    try {
      producer.close(patience);
    } catch (InterruptException e) {
      interrupted = true;
      producer.close(Duration.ZERO);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static int size(ProducerRecord<byte[], byte[]> record) {
    int size = RECORD_OVERHEAD;
    if (record.key() != null) {
      size += record.key().length;
    }
    if (record.value() != null) {
      size += record.value().length;
    }
    for (Header header : record.headers()) {
      size += header.key().length() + 16 + (header.value() == null ? 0 : header.value().length);
    }
    return size;
  }
}

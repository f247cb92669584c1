package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The oracle: reads the ledger as another application would, committed entries only. */
final class Ledger implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_DIFFERENCES = 10;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final long[] sequences;
  private final BitSet seen = new BitSet();
  private final List<String> differences = new ArrayList<>();
  private long entries;

  Ledger(String bootstrapServers, String topic, long[] sequences) {
    this.sequences = sequences;
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(
        IntStream.range(0, Bids.PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)).toList());
    consumer.seekToBeginning(consumer.assignment());
  }

  /** Takes what has come; returns how many entries there are by now. */
  long poll() {
    for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(Duration.ofMillis(50))) {
      take(entry.value());
    }
    return entries;
  }

  private void take(byte[] value) {
    JsonNode entry;
    try {
      entry = JSON.readTree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    entries++;
    int id = entry.path("id").asInt(-1);
    if (id < 0 || id >= sequences.length) {
      differ(entry + " is of no bid");
    } else if (seen.get(id)) {
      differ(entry + " is there twice");
    } else {
      seen.set(id);
      if (entry.path("sequence").asLong() != sequences[id]
          || entry.path("auction").asLong() != Bids.auction(id)) {
        differ(entry + " should have sequence " + sequences[id]);
      }
    }
  }

  private void differ(String what) {
    if (differences.size() < MOST_DIFFERENCES) {
      differences.add(what);
    }
  }

  /** Nobody writes any more: each bid must be there once, with its number. */
  void assertExactlyOnce() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll();
    }
    assertThat(differences).as("entries that should not be there").isEmpty();
    int missing = seen.nextClearBit(0);
    assertThat(missing).as("first bid without an entry").isEqualTo(sequences.length);
    assertThat(entries).isEqualTo(sequences.length);
  }

  @Override
  public void close() {
    consumer.close();
  }
}

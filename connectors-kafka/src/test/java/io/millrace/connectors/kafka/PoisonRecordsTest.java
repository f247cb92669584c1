package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.format.DeserializationSchema;
import io.millrace.core.types.TypeInformation;
import io.millrace.testing.kafka.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class PoisonRecordsTest {
  private static final KafkaBroker BROKER = SharedBroker.get();

  /** Numbers; anything else is poison. */
  private static final class Numbers implements DeserializationSchema<Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public Integer deserialize(byte[] bytes) {
      return Integer.parseInt(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public TypeInformation<Integer> producedType() {
      return TypeInformation.of(Integer.class);
    }
  }

  private static KafkaSource<Integer> source(String topic, ErrorPolicy policy) {
    return KafkaSource.<Integer>builder()
        .setBootstrapServers(BROKER.bootstrapServers())
        .setTopics(topic)
        .setBounded(OffsetsInitializer.latest())
        .setValueOnlyDeserializer(new Numbers())
        .onError(policy)
        .build();
  }

  private static String topicWithPoison() {
    String topic = Topics.create(BROKER, 1);
    Topics.write(BROKER, topic, 0, "1", 2); // 10, 11
    Topics.write(BROKER, topic, 0, "poison\u0007", 2);
    Topics.write(BROKER, topic, 0, "2", 2); // 20, 21
    return topic;
  }

  @Test
  void failsWithPlaceAndSnippetByDefault() throws Exception {
    String topic = topicWithPoison();
    try (SourceHarness<Integer> harness =
        new SourceHarness<>(source(topic, ErrorPolicy.fail()), 1)) {
      harness.start();
      assertThatThrownBy(harness::pollUntilEnd)
          .isInstanceOf(KafkaConnectorException.class)
          .hasMessageContaining("topic '" + topic + "', partition 0, offset 2")
          .hasMessageContaining("poison\\x070")
          .hasMessageContaining("deadLetter");
      assertThat(harness.records()).containsExactly(10, 11);
    }
  }

  @Test
  void skipsAndCounts() throws Exception {
    try (SourceHarness<Integer> harness =
        new SourceHarness<>(source(topicWithPoison(), ErrorPolicy.skip()), 1)) {
      harness.start().pollUntilEnd();
      assertThat(harness.records()).containsExactly(10, 11, 20, 21);
      assertThat(harness.readers.get(0).count("kafka.records.skipped")).isEqualTo(2);
    }
  }

  @Test
  void deadLettersAreThereWhenACheckpointPassesOverThem() throws Exception {
    String topic = topicWithPoison();
    String letters = Topics.create(BROKER, 1);
    try (SourceHarness<Integer> harness =
        new SourceHarness<>(source(topic, ErrorPolicy.deadLetter(letters)), 1)) {
      harness.start().pollUntilEnd();
      assertThat(harness.records()).containsExactly(10, 11, 20, 21);
      harness.checkpoint(1);
      List<ConsumerRecord<byte[], byte[]>> found = Topics.readCommittedRecords(BROKER, letters);
      assertThat(found)
          .extracting(r -> new String(r.value(), StandardCharsets.UTF_8))
          .containsExactly("poison\u00070", "poison\u00071");
      ConsumerRecord<byte[], byte[]> first = found.get(0);
      assertThat(header(first, "millrace.origin.topic")).isEqualTo(topic);
      assertThat(header(first, "millrace.origin.partition")).isEqualTo("0");
      assertThat(header(first, "millrace.origin.offset")).isEqualTo("2");
      assertThat(header(first, "millrace.exception")).contains("NumberFormatException");
      assertThat(harness.readers.get(0).count("kafka.records.dead-lettered")).isEqualTo(2);
    }
  }

  @Test
  void aMissingDeadLetterTopicFailsTheJobInsteadOfLosingRecords() throws Exception {
    KafkaSource<Integer> source =
        KafkaSource.<Integer>builder()
            .setBootstrapServers(BROKER.bootstrapServers())
            .setTopics(topicWithPoison())
            .setBounded(OffsetsInitializer.latest())
            .setValueOnlyDeserializer(new Numbers())
            .onError(ErrorPolicy.deadLetter("no-such-letters"))
            .setProperty("max.block.ms", "1000")
            .build();
    try (SourceHarness<Integer> harness = new SourceHarness<>(source, 1)) {
      harness.start();
      assertThatThrownBy(
              () -> {
                harness.pollUntilEnd();
                harness.checkpoint(1);
              })
          .hasMessageContaining("no-such-letters");
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}

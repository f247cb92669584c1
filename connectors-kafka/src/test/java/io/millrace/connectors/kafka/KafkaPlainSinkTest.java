package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.format.SimpleStringSchema;
import io.millrace.testing.kafka.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KafkaPlainSinkTest {
  private static final KafkaBroker BROKER = SharedBroker.get();

  private static KafkaSinkBuilder<String> sink(KafkaRecordSerializationSchema<String> serializer) {
    return KafkaSink.<String>builder()
        .setBootstrapServers(BROKER.bootstrapServers())
        .setRecordSerializer(serializer);
  }

  private static KafkaRecordSerializationSchema<String> to(String topic) {
    return KafkaRecordSerializationSchema.builder()
        .setTopic(topic)
        .setValueSerializationSchema(new SimpleStringSchema())
        .build();
  }

  @Test
  void afterABarrierAllIsThereAtLeastOnce() throws Exception {
    String topic = Topics.create(BROKER, 2);
    KafkaSink<String> sink = sink(to(topic)).build();
    assertThat(sink.isTransactional()).isFalse();
    try (SinkHarness harness = SinkHarness.fresh(sink)) {
      harness.write("before room");
      harness.awaitRoom().write("a", "b");
      assertThat(harness.prepare(1)).isEmpty();
      assertThat(Topics.readCommitted(BROKER, topic))
          .containsExactlyInAnyOrder("before room", "a", "b");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DeliveryGuarantee.class,
      names = {"NONE", "AT_LEAST_ONCE"})
  void whatIsWrittenIsSentOnClose(DeliveryGuarantee guarantee) throws Exception {
    String topic = Topics.create(BROKER, 1);
    try (SinkHarness harness =
        SinkHarness.fresh(sink(to(topic)).setDeliveryGuarantee(guarantee).build())) {
      harness.awaitRoom().write("last");
    }
    assertThat(Topics.readCommitted(BROKER, topic)).containsExactly("last");
  }

  @Test
  void topicsKeysHeadersPartitionsAndTimestampsAreAsTold() throws Exception {
    String even = Topics.create(BROKER, 2);
    String odd = Topics.create(BROKER, 2);
    KafkaRecordSerializationSchema<String> serializer =
        KafkaRecordSerializationSchema.builder()
            .setValueSerializationSchema(new SimpleStringSchema())
            .setTopicSelector(s -> s.length() % 2 == 0 ? even : odd)
            .setKeySerializationSchema(s -> ("k" + s).getBytes(StandardCharsets.UTF_8))
            .setHeaderProvider(s -> List.of(Map.entry("length", new byte[] {(byte) s.length()})))
            .setPartitioner((s, key) -> s.length() % 3 == 0 ? 1 : 0)
            .build();
    try (SinkHarness harness = SinkHarness.fresh(sink(serializer).build()).awaitRoom()) {
      harness.writer.write("1", 77);
      harness.writer.write("22", 78);
      harness.write("333"); // without a timestamp
      harness.prepare(1);
    }
    List<ConsumerRecord<byte[], byte[]>> odds = Topics.readCommittedRecords(BROKER, odd);
    assertThat(odds).hasSize(2);
    ConsumerRecord<byte[], byte[]> one =
        odds.stream().filter(r -> r.partition() == 0).findFirst().orElseThrow();
    assertThat(new String(one.key(), StandardCharsets.UTF_8)).isEqualTo("k1");
    assertThat(one.headers().lastHeader("length").value()).containsExactly(1);
    assertThat(one.timestamp()).isEqualTo(77);
    ConsumerRecord<byte[], byte[]> three =
        odds.stream().filter(r -> r.partition() == 1).findFirst().orElseThrow();
    assertThat(three.timestamp()).as("the time of writing").isGreaterThan(1_000_000_000_000L);
    assertThat(Topics.readCommitted(BROKER, even)).containsExactly("22");
  }

  @Test
  void aSelectedTopicThatIsMissingFailsTheJobAndTheCheckpoint() throws Exception {
    KafkaRecordSerializationSchema<String> serializer =
        KafkaRecordSerializationSchema.builder()
            .setValueSerializationSchema(new SimpleStringSchema())
            .setTopicSelector(s -> "no-such-topic")
            .build();
    KafkaSink<String> sink = sink(serializer).setProperty("max.block.ms", "500").build();
    try (SinkHarness harness = SinkHarness.fresh(sink).awaitRoom()) {
      harness.write("v");
      assertThat(harness.writer.hasRoom()).isFalse();
      assertThatThrownBy(() -> harness.prepare(1)).hasMessageContaining("no-such-topic");
      // The flush may hear of it a moment before the subtask does.
      Awaitility.await().until(() -> harness.context.failure.get() != null);
      assertThat(harness.context.failure.get()).hasMessageContaining("Create the topic");
    }
  }

  @Test
  void aRecordTooLargeFailsTheCheckpointWithTheRemedy() throws Exception {
    String topic = Topics.create(BROKER, 1);
    KafkaSink<String> sink = sink(to(topic)).setProperty("max.request.size", "1000").build();
    try (SinkHarness harness = SinkHarness.fresh(sink).awaitRoom()) {
      harness.write("x".repeat(5000));
      assertThatThrownBy(() -> harness.prepare(1)).hasMessageContaining("max.request.size");
      assertThat(harness.context.failure.get()).hasMessageContaining("max.message.bytes");
    }
  }

  @Test
  void aBrokerThatDoesNotAnswerMakesNoRoomAndNeverBlocks() throws Exception {
    KafkaBroker broker = SharedBroker.old();
    String topic = Topics.create(broker, 2);
    KafkaSink<String> sink =
        sink(to(topic))
            .setBootstrapServers(broker.bootstrapServers())
            .setProperty("buffer.memory", "4000000")
            .build();
    String value = "v".repeat(1000);
    try (SinkHarness harness = SinkHarness.fresh(sink).awaitRoom()) {
      signal(broker, "-STOP");
      int written = 0;
      Duration longest = Duration.ZERO;
      try {
        while (harness.writer.hasRoom()) {
          long start = System.nanoTime();
          // An engine may look at the room only once a batch.
          for (int i = 0; i < 100; i++) {
            harness.write(value);
          }
          written += 100;
          Duration took = Duration.ofNanos(System.nanoTime() - start);
          longest = took.compareTo(longest) > 0 ? took : longest;
          assertThat(written).isLessThan(4000);
        }
      } finally {
        signal(broker, "-CONT");
      }
      assertThat(written).isGreaterThan(1000);
      assertThat(longest).isLessThan(Duration.ofSeconds(2));
      long wakeUps = harness.context.wakeUps.get();
      Awaitility.await().until(() -> harness.context.wakeUps.get() > wakeUps);
      harness.awaitRoom();
      harness.prepare(1);
      assertThat(Topics.readCommitted(broker, topic)).hasSize(written);
    }
  }

  private static void signal(KafkaBroker broker, String signal) throws Exception {
    new ProcessBuilder("kill", signal, Long.toString(broker.process().pid())).start().waitFor();
  }
}

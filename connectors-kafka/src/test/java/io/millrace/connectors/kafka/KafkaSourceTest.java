package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.format.SimpleStringSchema;
import io.millrace.core.source.Boundedness;
import io.millrace.core.source.PollStatus;
import io.millrace.testing.kafka.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KafkaSourceTest {
  private static final KafkaBroker BROKER = SharedBroker.get();

  private static KafkaSourceBuilder<String> source(String topic) {
    return KafkaSource.<String>builder()
        .setBootstrapServers(BROKER.bootstrapServers())
        .setTopics(topic)
        .setValueOnlyDeserializer(new SimpleStringSchema());
  }

  private static List<String> values(String prefix, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> prefix + i).toList();
  }

  private static List<String> readBounded(KafkaSourceBuilder<String> builder) throws Exception {
    try (SourceHarness<String> harness =
        new SourceHarness<>(builder.setBounded(OffsetsInitializer.latest()).build(), 2)) {
      harness.start();
      assertThat(harness.enumeratorContext.failure.get()).isNull();
      harness.pollUntilEnd();
      assertThat(harness.readers).allSatisfy(r -> assertThat(r.openSplits).isEmpty());
      return harness.records();
    }
  }

  @Test
  void readsAllPartitionsFromTheBeginningToTheEnd() throws Exception {
    String topic = Topics.create(BROKER, 3);
    for (int p = 0; p < 3; p++) {
      Topics.write(BROKER, topic, p, "p" + p + "-", 50);
    }
    List<String> expected = new ArrayList<>();
    for (int p = 0; p < 3; p++) {
      expected.addAll(values("p" + p + "-", 0, 50));
    }
    assertThat(readBounded(source(topic))).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(source(topic).setBounded(OffsetsInitializer.latest()).build().boundedness())
        .isEqualTo(Boundedness.BOUNDED);
  }

  @Test
  void anEmptyTopicEndsAtOnceWhenBounded() throws Exception {
    assertThat(readBounded(source(Topics.create(BROKER, 2)))).isEmpty();
  }

  @Test
  void startsAndStopsAtTimestampsAndOffsets() throws Exception {
    String topic = Topics.create(BROKER, 1);
    Topics.write(BROKER, topic, 0, "v", 20); // timestamps 1000 .. 1019
    TopicPartition p0 = new TopicPartition(topic, 0);
    assertThat(readBounded(source(topic).setStartingOffsets(OffsetsInitializer.timestamp(1015))))
        .isEqualTo(values("v", 15, 20));
    assertThat(readBounded(source(topic).setStartingOffsets(OffsetsInitializer.timestamp(9999))))
        .isEmpty();
    assertThat(
            readBounded(
                source(topic).setStartingOffsets(OffsetsInitializer.offsets(Map.of(p0, 18L)))))
        .isEqualTo(values("v", 18, 20));
    try (SourceHarness<String> harness =
        new SourceHarness<>(
            source(topic)
                .setStartingOffsets(OffsetsInitializer.offsets(Map.of(p0, 3L)))
                .setUnbounded(OffsetsInitializer.offsets(Map.of(p0, 8L)))
                .build(),
            1)) {
      harness.start().pollUntilEnd();
      assertThat(harness.records()).isEqualTo(values("v", 3, 8));
      assertThat(harness.readers.get(0).timestamps)
          .isEqualTo(List.of(1003L, 1004L, 1005L, 1006L, 1007L));
    }
  }

  @Test
  void startsFromCommittedOffsetsElseFromTheFallback() throws Exception {
    String topic = Topics.create(BROKER, 2);
    Topics.write(BROKER, topic, 0, "a", 10);
    Topics.write(BROKER, topic, 1, "b", 10);
    try (Admin admin = BROKER.admin()) {
      admin
          .alterConsumerGroupOffsets(
              "committed-group", Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(7)))
          .all()
          .get();
    }
    assertThat(
            readBounded(
                source(topic)
                    .setGroupId("committed-group")
                    .setStartingOffsets(
                        OffsetsInitializer.committedOffsets(OffsetsInitializer.earliest()))))
        .containsExactlyInAnyOrderElementsOf(concat(values("a", 7, 10), values("b", 0, 10)));

    try (SourceHarness<String> harness =
        new SourceHarness<>(
            source(topic)
                .setGroupId("committed-group")
                .setStartingOffsets(OffsetsInitializer.committedOffsets())
                .build(),
            1)) {
      harness.start();
      assertThat(harness.enumeratorContext.failure.get())
          .hasMessageContaining(topic + "-1")
          .hasMessageContaining("fallback");
    }
    assertThatThrownBy(
            () -> source(topic).setStartingOffsets(OffsetsInitializer.committedOffsets()).build())
        .hasMessageContaining("setGroupId");
  }

  @Test
  void latestSkipsWhatIsThereAndTellsWhenSplitsAreEmpty() throws Exception {
    String topic = Topics.create(BROKER, 2);
    Topics.write(BROKER, topic, 0, "old", 5);
    try (SourceHarness<String> harness =
        new SourceHarness<>(
            source(topic).setStartingOffsets(OffsetsInitializer.latest()).build(), 1)) {
      harness.start();
      SourceHarness.Reader<String> reader = harness.readers.get(0);
      // The outputs are there before the first record, for they hold the watermark.
      assertThat(reader.pollOnce()).isNotEqualTo(PollStatus.END_OF_INPUT);
      assertThat(reader.openSplits).containsExactly(topic + "-0", topic + "-1");
      harness.pollUntil(() -> reader.emptySplits.size() == 2);
      Topics.write(BROKER, topic, 1, "new", 3);
      harness.pollUntilRecords(3);
      assertThat(harness.records()).isEqualTo(values("new", 0, 3));
      harness.pollUntil(() -> reader.emptySplits.size() == 2);
    }
  }

  @Test
  void aNewPartitionIsFoundAndReadFromItsBeginning() throws Exception {
    String topic = Topics.create(BROKER, 1);
    Topics.write(BROKER, topic, 0, "old", 3);
    try (SourceHarness<String> harness =
        new SourceHarness<>(
            source(topic).setStartingOffsets(OffsetsInitializer.latest()).build(), 2)) {
      harness.start();
      BROKER.addPartitions(topic, 3);
      Topics.write(BROKER, topic, 1, "x", 4);
      Topics.write(BROKER, topic, 2, "y", 4);
      Awaitility.await()
          .untilAsserted(
              () -> {
                harness.runCalls();
                harness.pollUntilRecords(0);
                assertThat(harness.enumerator.snapshotState(1).assigned()).hasSize(3);
              });
      harness.pollUntilRecords(8);
      assertThat(harness.records())
          .containsExactlyInAnyOrderElementsOf(concat(values("x", 0, 4), values("y", 0, 4)));
    }
  }

  @Test
  void restoresWithoutLossOrDuplicationAtAnotherParallelism() throws Exception {
    String topic = Topics.create(BROKER, 4);
    for (int p = 0; p < 4; p++) {
      Topics.write(BROKER, topic, p, "p" + p + "-", 100);
    }
    KafkaSource<String> source = source(topic).setBounded(OffsetsInitializer.latest()).build();
    List<String> before;
    SourceHarness.Checkpoint checkpoint;
    try (SourceHarness<String> first = new SourceHarness<>(source, 2)) {
      first.start().pollUntilRecords(150);
      before = new ArrayList<>(first.records());
      checkpoint = first.checkpoint(1);
      first.pollUntilRecords(250); // lost with the failure
    }
    // Written after the stop was resolved: restarts must agree on where to stop.
    Topics.write(BROKER, topic, 0, "late", 10);
    for (int parallelism : new int[] {1, 3}) {
      try (SourceHarness<String> second =
          new SourceHarness<>(source, parallelism, Optional.of(checkpoint))) {
        second.start().pollUntilEnd();
        List<String> all = concat(before, second.records());
        assertThat(all).doesNotHaveDuplicates().hasSize(400).noneMatch(v -> v.startsWith("late"));
      }
    }
  }

  @Test
  void anEnumeratorRestoredBeforeItsFirstDiscoveryStartsAgain() throws Exception {
    String topic = Topics.create(BROKER, 2);
    KafkaSource<String> source = source(topic).build();
    SourceHarness.Checkpoint early;
    try (SourceHarness<String> first = new SourceHarness<>(source, 1)) {
      first.enumerator.start();
      early = first.checkpoint(1);
    }
    try (SourceHarness<String> second = new SourceHarness<>(source, 1, Optional.of(early))) {
      second.start();
      assertThat(second.enumerator.snapshotState(2).assigned()).hasSize(2);
    }
  }

  @Test
  void everySplitIsInOnePlaceAndComesBackFromAFailedReader() throws Exception {
    String topic = Topics.create(BROKER, 4);
    try (SourceHarness<String> harness = new SourceHarness<>(source(topic).build(), 2)) {
      var enumerator = harness.enumerator;
      var context = harness.enumeratorContext;
      enumerator.start();
      context.runCalls();
      assertThat(enumerator.snapshotState(1).unassigned()).hasSize(4);
      assertThat(enumerator.snapshotState(1).assigned()).isEmpty();
      context.registered.add(0);
      enumerator.addReader(0);
      List<KafkaPartitionSplit> given = context.takeAssignments().get(0);
      assertThat(given).hasSize(2);
      assertThat(enumerator.snapshotState(2).unassigned()).hasSize(2);
      assertThat(enumerator.snapshotState(2).assigned()).hasSize(2);
      context.registered.remove(0);
      enumerator.addSplitsBack(given, 0);
      assertThat(enumerator.snapshotState(3).unassigned()).hasSize(4);
      context.registered.addAll(Set.of(0, 1));
      enumerator.addReader(0);
      enumerator.addReader(1);
      Map<Integer, List<KafkaPartitionSplit>> again = context.takeAssignments();
      assertThat(again.get(0)).isEqualTo(given);
      assertThat(again.get(1)).hasSize(2);
      // A second discovery finds nothing new.
      context.runCalls();
      assertThat(context.takeAssignments()).isEmpty();
    }
  }

  /** A reader that nobody tells anything would hold the watermark of the whole job for ever. */
  @Test
  void aReaderWithoutPartitionsIsToldSo() throws Exception {
    String topic = Topics.create(BROKER, 1);
    SourceHarness.Checkpoint checkpoint;
    try (SourceHarness<String> harness = new SourceHarness<>(source(topic).build(), 3)) {
      harness.enumeratorContext.registered.addAll(List.of(0, 1, 2));
      harness.enumerator.start();
      harness.enumeratorContext.runCalls();
      var told = harness.enumeratorContext.takeAssignments();
      assertThat(told).containsOnlyKeys(0, 1, 2);
      assertThat(told.values().stream().mapToInt(List::size).sum()).isEqualTo(1);
      harness.enumerator.addReader(1);
      assertThat(harness.enumeratorContext.takeAssignments()).containsOnlyKeys(1);
      checkpoint = harness.checkpoint(1);
    }
    try (SourceHarness<String> harness =
        new SourceHarness<>(source(topic).build(), 2, Optional.of(checkpoint))) {
      harness.enumerator.start();
      harness.enumeratorContext.registered.add(1);
      harness.enumerator.addReader(1);
      assertThat(harness.enumeratorContext.takeAssignments()).containsOnlyKeys(1);
    }
  }

  @Test
  void partitionsAreSpreadEvenly() {
    for (int parallelism = 1; parallelism <= 8; parallelism++) {
      int[] load = new int[parallelism];
      for (int p = 0; p < 8; p++) {
        load[KafkaSourceEnumerator.owner(new TopicPartition("any-topic", p), parallelism)]++;
      }
      assertThat(IntStream.of(load).max().getAsInt() - IntStream.of(load).min().getAsInt())
          .isLessThanOrEqualTo(1);
    }
  }

  @Test
  void onlyCommittedRecordsAreReadAndMarkersArePassed() throws Exception {
    String topic = Topics.create(BROKER, 1);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", BROKER.bootstrapServers(), "transactional.id", topic),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "aborted".getBytes(StandardCharsets.UTF_8)));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "committed".getBytes(StandardCharsets.UTF_8)));
      producer.commitTransaction();
      Awaitility.await()
          .untilAsserted(() -> assertThat(Topics.readCommitted(BROKER, topic)).hasSize(1));
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "open".getBytes(StandardCharsets.UTF_8)));
      producer.flush();
      // The end is a marker's offset, and behind it a transaction is open: neither is waited for.
      assertThat(readBounded(source(topic))).containsExactly("committed");
      assertThat(readBounded(source(topic).setProperty("isolation.level", "read_uncommitted")))
          .containsExactly("aborted", "committed", "open");
      producer.abortTransaction();
    }
  }

  @Test
  void offsetsAreCommittedToTheGroupAfterACheckpoint() throws Exception {
    String topic = Topics.create(BROKER, 1);
    Topics.write(BROKER, topic, 0, "v", 12);
    try (SourceHarness<String> harness =
        new SourceHarness<>(source(topic).setGroupId("telemetry").build(), 1)) {
      harness.start().pollUntilRecords(12);
      TopicPartition p0 = new TopicPartition(topic, 0);
      try (Admin admin = BROKER.admin()) {
        Awaitility.await()
            .untilAsserted(
                () -> {
                  // A commit may fail, while the group's coordinator is being found; the next
                  // checkpoint makes up for it.
                  harness.checkpoint(1);
                  harness.readers.get(0).reader.notifyCheckpointComplete(1);
                  assertThat(
                          admin
                              .listConsumerGroupOffsets("telemetry")
                              .partitionsToOffsetAndMetadata()
                              .get()
                              .get(p0))
                      .isEqualTo(new OffsetAndMetadata(12));
                });
      }
    }
  }

  @Test
  void deletedRecordsAreALossThatIsTold() throws Exception {
    String topic = Topics.create(BROKER, 1);
    Topics.write(BROKER, topic, 0, "v", 10);
    TopicPartition p0 = new TopicPartition(topic, 0);
    try (Admin admin = BROKER.admin()) {
      admin.deleteRecords(Map.of(p0, RecordsToDelete.beforeOffset(5))).all().get();
    }
    KafkaSourceBuilder<String> builder =
        source(topic).setStartingOffsets(OffsetsInitializer.offsets(Map.of(p0, 2L)));
    assertThatThrownBy(() -> readBounded(builder))
        .hasMessageContaining(topic)
        .hasMessageContaining("deleted")
        .hasMessageContaining("auto.offset.reset");
    assertThat(readBounded(builder.setProperty("auto.offset.reset", "earliest")))
        .isEqualTo(values("v", 5, 10));
  }

  @Test
  void aMissingTopicNamesTheNearest() throws Exception {
    BROKER.createTopic("nearest-orders", 1);
    try (SourceHarness<String> harness = new SourceHarness<>(source("nearest-order").build(), 1)) {
      harness.start();
      assertThat(harness.enumeratorContext.failure.get())
          .hasMessageContaining("'nearest-order' does not exist")
          .hasMessageContaining("Did you mean 'nearest-orders'?");
    }
  }

  @Test
  void anUnreachableBrokerIsNamedWithinABoundedTime() throws Exception {
    KafkaSource<String> source =
        source("any")
            .setBootstrapServers("127.0.0.1:1")
            .setProperty("default.api.timeout.ms", "2000")
            .build();
    long start = System.nanoTime();
    try (SourceHarness<String> harness = new SourceHarness<>(source, 1)) {
      harness.start();
      assertThat(harness.enumeratorContext.failure.get())
          .hasMessageContaining("127.0.0.1:1")
          .hasMessageContaining("did not answer");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void aClosedSourceLeavesNoThread() throws Exception {
    String topic = Topics.create(BROKER, 1);
    Topics.write(BROKER, topic, 0, "v", 50_000);
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    SourceHarness<String> harness = new SourceHarness<>(source(topic).build(), 2);
    harness.start().pollUntilRecords(10);
    Thread.currentThread().interrupt();
    harness.close();
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    Awaitility.await()
        .untilAsserted(
            () -> {
              Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
              now.removeAll(before);
              assertThat(now)
                  .extracting(Thread::getName)
                  .noneMatch(n -> n.contains("kafka") && !n.contains("broker"));
            });
  }

  @Test
  void aBuilderSaysAllThatIsMissing() {
    assertThatThrownBy(() -> KafkaSource.<String>builder().build())
        .hasMessageContaining("setBootstrapServers")
        .hasMessageContaining("setTopics")
        .hasMessageContaining("Deserializer");
    assertThatThrownBy(() -> source("t").setProperty("enable.auto.commit", "true"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<String> concat(List<String> a, List<String> b) {
    List<String> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }
}

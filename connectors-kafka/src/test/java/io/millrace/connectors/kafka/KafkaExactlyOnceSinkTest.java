package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.kafka.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaExactlyOnceSinkTest {
  private static final KafkaBroker BROKER = SharedBroker.get();

  private final String topic = Topics.create(BROKER, 2);
  private final String prefix = Topics.uniquePrefix();

  private KafkaSink<String> sink() {
    return SinkHarness.exactlyOnce(BROKER.bootstrapServers(), topic, prefix).build();
  }

  private void assertVisible(String... values) {
    Topics.assertVisible(BROKER, topic, values);
  }

  private List<String> open() throws Exception {
    return Topics.openTransactions(BROKER, prefix);
  }

  @Test
  void recordsAreVisibleAfterTheCommitAndNotBefore() throws Exception {
    try (SinkHarness sink = SinkHarness.fresh(sink()).awaitRoom()) {
      sink.write("a", "b");
      List<KafkaCommittable> prepared = sink.prepare(1);
      sink.awaitRoom().write("c");
      assertThat(prepared).hasSize(1);
      assertThat(prepared.get(0).transactionalId())
          .isEqualTo(prefix + "-" + SinkHarness.JOB + "-" + sink.context.attempt + "-0-0");
      assertVisible();
      sink.commit(prepared);
      // What came after the barrier is of the next transaction (BA12).
      assertVisible("a", "b");
      sink.checkpoint(2);
      assertVisible("a", "b", "c");
      sink.context.throwFailure();
    }
  }

  @Test
  void recordsMayComeBeforeTheFirstProducerIsReady() throws Exception {
    try (SinkHarness sink = SinkHarness.fresh(sink())) {
      assertThat(sink.writer.hasRoom()).isFalse();
      sink.write("early");
      CompletableFuture<List<KafkaCommittable>> first =
          sink.writer.prepareCommit(1).toCompletableFuture();
      sink.write("later");
      sink.commit(SinkHarness.await(first));
      sink.checkpoint(2);
      assertVisible("early", "later");
    }
  }

  @Test
  void nothingWrittenMeansNoTransaction() throws Exception {
    try (SinkHarness sink = SinkHarness.fresh(sink()).awaitRoom()) {
      for (int checkpoint = 1; checkpoint <= 5; checkpoint++) {
        assertThat(sink.prepare(checkpoint)).isEmpty();
      }
      assertThat(open()).isEmpty();
      assertThat(Topics.transactions(BROKER, prefix)).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void aRestoreCommitsWhatWasPreparedAndAbortsTheRest() throws Exception {
    SinkHarness crashed = SinkHarness.fresh(sink()).awaitRoom();
    crashed.write("committed");
    crashed.checkpoint(1);
    crashed.awaitRoom().write("prepared");
    List<KafkaCommittable> prepared = crashed.prepare(2);
    crashed.awaitRoom().write("never prepared");
    crashed.prepare(3); // flushed, but checkpoint 3 never completes
    crashed.awaitRoom().write("in flight");
    Awaitility.await().until(() -> open().size() == 3);

    // No close: the process is gone, or worse, only cut off.
    try (SinkHarness restored = new SinkHarness(sink(), new SinkHarness.Context(0, 1), prepared)) {
      restored.awaitRoom();
      assertThat(open()).isEmpty();
      restored.write("after");
      restored.checkpoint(3);
      assertVisible("committed", "prepared", "after");

      // The old one is fenced, whatever it tries.
      crashed.write("zombie");
      assertThatThrownBy(() -> crashed.checkpoint(4)).isNotNull();
      Awaitility.await().until(() -> crashed.context.failure.get() != null);
      assertThat(crashed.context.failure.get().getMessage()).contains(prefix);
      restored.awaitRoom().write("more");
      restored.checkpoint(4);
      assertVisible("committed", "prepared", "after", "more");
    } finally {
      crashed.close();
    }
  }

  @Test
  void aRestoreFromTheSameCheckpointAgainFindsItCommitted() throws Exception {
    SinkHarness first = SinkHarness.fresh(sink()).awaitRoom();
    first.write("once");
    List<KafkaCommittable> prepared = first.prepare(1);
    first.commit(prepared);
    first.awaitRoom().write("lost");
    first.prepare(2);
    SinkHarness second = new SinkHarness(sink(), new SinkHarness.Context(0, 1), prepared);
    second.awaitRoom().write("lost too");
    second.prepare(2);
    try (SinkHarness third = new SinkHarness(sink(), new SinkHarness.Context(0, 1), prepared)) {
      third.awaitRoom().write("last");
      third.checkpoint(2);
      assertVisible("once", "last");
    } finally {
      first.close();
      second.close();
    }
  }

  @Test
  void severalCheckpointsMayBePendingAndCommitsMayRepeat() throws Exception {
    try (SinkHarness sink = SinkHarness.fresh(sink()).awaitRoom()) {
      List<KafkaCommittable> pending = new ArrayList<>();
      for (int checkpoint = 1; checkpoint <= 3; checkpoint++) {
        sink.awaitRoom().write("v" + checkpoint);
        pending.addAll(sink.prepare(checkpoint));
      }
      assertThat(pending).extracting(KafkaCommittable::transactionalId).doesNotHaveDuplicates();
      assertVisible();
      var first = sink.committer.commit(pending);
      var again = sink.committer.commit(pending);
      SinkHarness.await(first);
      SinkHarness.await(again);
      sink.commit(pending);
      assertVisible("v1", "v2", "v3");
      sink.context.throwFailure();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void manyCheckpointsUseFewIdsAndNeverAnEpochTwice(int transactionVersion) throws Exception {
    KafkaBroker broker = SharedBroker.withTransactionVersion(transactionVersion);
    String target = Topics.create(broker, 1);
    Set<String> transactions = new HashSet<>();
    List<String> expected = new ArrayList<>();
    try (SinkHarness sink =
        SinkHarness.fresh(
            SinkHarness.exactlyOnce(broker.bootstrapServers(), target, prefix).build())) {
      for (int checkpoint = 1; checkpoint <= 12; checkpoint++) {
        sink.awaitRoom().write("v" + checkpoint);
        expected.add("v" + checkpoint);
        List<KafkaCommittable> prepared = sink.prepare(checkpoint);
        KafkaCommittable c = prepared.get(0);
        assertThat(c.endBumpsEpoch()).isEqualTo(transactionVersion == 2);
        assertThat(transactions.add(c.producerId() + "/" + c.epoch())).isTrue();
        sink.commit(prepared);
      }
      Topics.assertVisible(broker, target, expected.toArray(new String[0]));
      assertThat(Topics.transactions(broker, prefix)).hasSizeLessThanOrEqualTo(5);
      sink.context.throwFailure();
    }
  }

  @Test
  void afterRescalingEveryOpenTransactionHasOneOwner() throws Exception {
    List<SinkHarness> abandoned = new ArrayList<>();
    List<KafkaCommittable> prepared = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    int[] parallelisms = {2, 3, 1};
    for (int round = 0; round < parallelisms.length; round++) {
      int parallelism = parallelisms[round];
      List<SinkHarness> subtasks = new ArrayList<>();
      for (int subtask = 0; subtask < parallelism; subtask++) {
        subtasks.add(
            new SinkHarness(
                sink(), new SinkHarness.Context(subtask, parallelism, round), prepared));
      }
      abandoned.addAll(subtasks);
      subtasks.forEach(SinkHarness::awaitRoom);
      assertThat(open()).as("round %d", round).isEmpty();
      prepared = new ArrayList<>();
      for (int subtask = 0; subtask < parallelism; subtask++) {
        String value = "round" + round + "-" + subtask;
        subtasks.get(subtask).write(value);
        prepared.addAll(subtasks.get(subtask).prepare(round));
        expected.add(value);
        subtasks.get(subtask).awaitRoom().write("lost in round " + round);
        subtasks.get(subtask).prepare(round + 100);
      }
    }
    try (SinkHarness last =
        new SinkHarness(sink(), new SinkHarness.Context(0, 1, parallelisms.length), prepared)) {
      last.awaitRoom();
      assertThat(open()).isEmpty();
      assertVisible(expected.toArray(new String[0]));
    } finally {
      for (SinkHarness harness : abandoned) {
        harness.close();
      }
    }
  }

  @Test
  void aBrokerThatRestartsInMidCommitIsWaitedFor() throws Exception {
    KafkaBroker broker = SharedBroker.old();
    String target = Topics.create(broker, 1);
    KafkaSink<String> sink =
        SinkHarness.exactlyOnce(broker.bootstrapServers(), target, prefix)
            .setProperty("max.block.ms", "1000")
            .build();
    try (SinkHarness first = SinkHarness.fresh(sink).awaitRoom()) {
      first.write("survives");
      List<KafkaCommittable> prepared = first.prepare(1);
      broker.kill();
      CompletableFuture<Void> commit = first.committer.commit(prepared).toCompletableFuture();
      Awaitility.await().during(Duration.ofMillis(300)).until(() -> !commit.isDone());
      broker.restart();
      SinkHarness.await(commit);
      Topics.assertVisible(broker, target, "survives");
    }
  }

  @Test
  void closingAbortsWhatIsOpenButNotWhatIsPrepared() throws Exception {
    SinkHarness sink = SinkHarness.fresh(sink()).awaitRoom();
    sink.write("prepared");
    List<KafkaCommittable> prepared = sink.prepare(1);
    sink.awaitRoom().write("open");
    Awaitility.await().until(() -> open().size() == 2);
    Thread.currentThread().interrupt();
    sink.close();
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    Awaitility.await()
        .untilAsserted(() -> assertThat(open()).containsExactly(prepared.get(0).transactionalId()));
    try (SinkHarness next = new SinkHarness(sink(), new SinkHarness.Context(0, 1), prepared)) {
      next.awaitRoom();
      assertVisible("prepared");
    }
  }

  @Test
  void aClosedSinkLeavesNoThread() throws Exception {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    for (int i = 0; i < 3; i++) {
      SinkHarness sink = SinkHarness.fresh(sink());
      if (i > 0) {
        sink.awaitRoom().write("v");
        sink.prepare(1);
      }
      sink.close();
    }
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
  void aTransactionThatTheBrokerAbortedIsALossThatIsTold() throws Exception {
    SinkHarness first = SinkHarness.fresh(sink()).awaitRoom();
    first.write("gone");
    List<KafkaCommittable> prepared = first.prepare(1);
    try (Admin admin = BROKER.admin()) {
      admin.fenceProducers(List.of(prepared.get(0).transactionalId())).all().get();
    }
    assertThatThrownBy(() -> first.commit(prepared)).rootCause().isNotNull();
    assertThatThrownBy(() -> first.commit(prepared))
        .hasMessageContaining("records are lost")
        .hasMessageContaining("onLostTransaction")
        .hasMessageContaining(prefix);
    first.close();

    KafkaSink<String> tolerant =
        SinkHarness.exactlyOnce(BROKER.bootstrapServers(), topic, prefix)
            .onLostTransaction(LostTransactionPolicy.CONTINUE)
            .build();
    try (SinkHarness second = new SinkHarness(tolerant, new SinkHarness.Context(0, 1), prepared)) {
      assertThat(second.context.counter("kafka.transactions.lost").count()).isEqualTo(1);
      second.awaitRoom().write("goes on");
      second.checkpoint(2);
      assertVisible("goes on");
    }
  }

  @Test
  void transactionsTooShortOrTooLongAreRefusedAtStart() throws Exception {
    KafkaSink<String> tooLong =
        SinkHarness.exactlyOnce(BROKER.bootstrapServers(), topic, prefix)
            .setProperty("transaction.timeout.ms", "3600000")
            .build();
    assertThatThrownBy(tooLong::validate)
        .hasMessageContaining("transaction.max.timeout.ms")
        .hasMessageContaining("900000");
    try (SinkHarness sink = SinkHarness.fresh(tooLong)) {
      assertThatThrownBy(sink::awaitRoom).hasMessageContaining("above the broker's");
    }
    KafkaSink<String> tooShort =
        SinkHarness.exactlyOnce(BROKER.bootstrapServers(), topic, prefix)
            .setProperty("transaction.timeout.ms", "30000")
            .build();
    try (SinkHarness sink = SinkHarness.fresh(tooShort)) {
      assertThatThrownBy(sink::awaitRoom)
          .hasMessageContaining("checkpoint interval + checkpoint timeout (61000 ms)");
    }
    SinkHarness.Context slow = new SinkHarness.Context(0, 1);
    slow.timeout = Duration.ofHours(1);
    try (SinkHarness sink = new SinkHarness(sink(), slow, List.of())) {
      assertThatThrownBy(sink::awaitRoom).hasMessageContaining("Raise it at the broker");
    }
  }

  @Test
  void aMissingTopicNamesTheNearest() throws Exception {
    KafkaSink<String> missing =
        SinkHarness.exactlyOnce(BROKER.bootstrapServers(), topic + "x", prefix).build();
    assertThatThrownBy(missing::validate).hasMessageContaining("Did you mean '" + topic + "'");
    try (SinkHarness sink = SinkHarness.fresh(missing)) {
      assertThatThrownBy(sink::awaitRoom).hasMessageContaining("Did you mean '" + topic + "'");
    }
  }

  @Test
  void anUnreachableBrokerIsNamed() {
    KafkaSink<String> nowhere =
        SinkHarness.exactlyOnce("127.0.0.1:1", topic, prefix)
            .setProperty("default.api.timeout.ms", "1000")
            .build();
    assertThatThrownBy(nowhere::validate).hasMessageContaining("127.0.0.1:1");
  }

  @Test
  void aPrefixIsAskedFor() {
    assertThatThrownBy(() -> SinkHarness.exactlyOnce(BROKER.bootstrapServers(), topic, "").build())
        .hasMessageContaining("setTransactionalIdPrefix");
  }
}

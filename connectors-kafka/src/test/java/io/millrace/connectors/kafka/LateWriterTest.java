package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.kafka.KafkaBroker;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K4: a TaskManager that was paused goes on when a later attempt of its job is at work. */
class LateWriterTest {
  private final String prefix = Topics.uniquePrefix();

  private SinkHarness start(
      KafkaBroker broker, String topic, int attempt, List<KafkaCommittable> recovered)
      throws Exception {
    return new SinkHarness(
            SinkHarness.exactlyOnce(broker.bootstrapServers(), topic, prefix).build(),
            new SinkHarness.Context(0, 1, attempt),
            recovered)
        .awaitRoom();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aLateWriterOfAFormerAttemptDoesNotDisturbALaterOne(int transactionVersion) throws Exception {
    KafkaBroker broker = SharedBroker.withTransactionVersion(transactionVersion);
    String topic = Topics.create(broker, 1);
    try (SinkHarness second = start(broker, topic, 2, List.of())) {
      second.write("prepared");
      List<KafkaCommittable> prepared = second.prepare(1);
      second.awaitRoom().write("open");
      Awaitility.await().until(() -> Topics.openTransactions(broker, prefix).size() == 2);
      List<String> before = Topics.openTransactions(broker, prefix);

      try (SinkHarness late = start(broker, topic, 1, List.of())) {
        assertThat(Topics.openTransactions(broker, prefix))
            .containsExactlyInAnyOrderElementsOf(before);
        late.write("of nobody");
        List<KafkaCommittable> ofNobody = late.prepare(1);
        assertThat(before).doesNotContain(ofNobody.get(0).transactionalId());

        second.commit(prepared);
        second.checkpoint(2);
        second.context.throwFailure();
        late.context.throwFailure();
      }
      // The late one's transaction is never committed; the next attempt ends it.
      try (SinkHarness third = start(broker, topic, 3, List.of())) {
        assertThat(Topics.openTransactions(broker, prefix)).isEmpty();
        third.write("after");
        third.checkpoint(3);
        Topics.assertVisible(broker, topic, "prepared", "open", "after");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aLaterAttemptAbortsWhatAFormerOneHasOpen(int transactionVersion) throws Exception {
    KafkaBroker broker = SharedBroker.withTransactionVersion(transactionVersion);
    String topic = Topics.create(broker, 1);
    try (SinkHarness first = start(broker, topic, 1, List.of())) {
      first.write("prepared in vain");
      List<KafkaCommittable> prepared = first.prepare(1);
      first.awaitRoom().write("open");
      Awaitility.await().until(() -> Topics.openTransactions(broker, prefix).size() == 2);
      try (SinkHarness second = start(broker, topic, 2, List.of())) {
        assertThat(Topics.openTransactions(broker, prefix)).isEmpty();
        assertThatThrownBy(() -> first.commit(prepared)).hasMessageContaining(prefix);
        second.write("kept");
        second.checkpoint(1);
        Topics.assertVisible(broker, topic, "kept");
      }
    }
  }

  @Test
  void aNewJobAbortsWhatAFormerJobWithItsPrefixHasOpenAtAnyAttempt() throws Exception {
    KafkaBroker broker = SharedBroker.get();
    String topic = Topics.create(broker, 1);
    try (SinkHarness former = start(broker, topic, 7, List.of())) {
      former.write("recovered");
      List<KafkaCommittable> savepoint = former.prepare(1);
      former.awaitRoom().write("open");
      Awaitility.await().until(() -> Topics.openTransactions(broker, prefix).size() == 2);
      SinkHarness.Context newJob = new SinkHarness.Context(0, 1, 0);
      newJob.jobId = "00000000000000b2";
      try (SinkHarness next =
          new SinkHarness(
              SinkHarness.exactlyOnce(broker.bootstrapServers(), topic, prefix).build(),
              newJob,
              savepoint)) {
        next.awaitRoom();
        assertThat(Topics.openTransactions(broker, prefix)).isEmpty();
        next.write("kept");
        next.checkpoint(2);
        Topics.assertVisible(broker, topic, "recovered", "kept");
      }
    }
  }
}

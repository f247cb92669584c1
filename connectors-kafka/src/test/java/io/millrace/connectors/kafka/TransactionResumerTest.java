package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.kafka.KafkaBroker;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K6: this process commits transactions that killed processes had prepared. */
class TransactionResumerTest {
  private final TransactionResumer resumer = new ReflectiveTransactionResumer();

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aNewProcessCommitsWhatAKilledOneHadPrepared(int version) throws Exception {
    KafkaBroker broker = SharedBroker.withTransactionVersion(version);
    String topic = "resumed";
    broker.createTopic(topic, 2);
    KafkaCommittable prepared = prepareInProcessAndKillIt(broker, topic, "killed-0-0");
    assertThat(prepared.endBumpsEpoch()).isEqualTo(version == 2);
    assertThat(Topics.readCommitted(broker, topic)).isEmpty();

    resumeAndCommit(broker, prepared);
    assertCommitted(broker, topic, "a", "b", "c");

    // After another failure the same committable comes again.
    resumeAndCommit(broker, prepared);
    assertCommitted(broker, topic, "a", "b", "c");

    // The id is good for further transactions, by whoever initialises it.
    KafkaCommittable second = prepareInProcessAndKillIt(broker, topic, "killed-0-0");
    assertThat(second.epoch()).isGreaterThan(prepared.epoch());
    resumeAndCommit(broker, second);
    assertCommitted(broker, topic, "a", "a", "b", "b", "c", "c");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anAbortedTransactionIsNeverReportedAsCommitted(int version) throws Exception {
    KafkaBroker broker = SharedBroker.withTransactionVersion(version);
    String topic = "fenced";
    broker.createTopic(topic, 1);
    KafkaCommittable prepared = prepareInProcessAndKillIt(broker, topic, "fenced-0-0");
    try (Admin admin = broker.admin()) {
      admin.fenceProducers(List.of("fenced-0-0")).all().get();
    }
    assertThatThrownBy(() -> resumeAndCommit(broker, prepared)).isInstanceOf(KafkaException.class);
    assertThat(Topics.readCommitted(broker, topic)).isEmpty();
  }

  /** The broker answers a commit before its markers are written. */
  private static void assertCommitted(KafkaBroker broker, String topic, String... values) {
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(Topics.readCommitted(broker, topic)).containsExactlyInAnyOrder(values));
  }

  private void resumeAndCommit(KafkaBroker broker, KafkaCommittable prepared) {
    KafkaProducer<byte[], byte[]> producer =
        producer(broker.bootstrapServers(), prepared.transactionalId());
    try {
      resumer.resume(producer, prepared);
      producer.commitTransaction();
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(String bootstrap, String id) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrap, "transactional.id", id),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static KafkaCommittable prepareInProcessAndKillIt(
      KafkaBroker broker, String topic, String id) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                broker.bootstrapServers(),
                topic,
                id)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = writer.inputReader()) {
      String line;
      do {
        line = out.readLine();
        assertThat(line).as("the writer's output").isNotNull();
      } while (!line.startsWith("PREPARED "));
      String[] parts = line.split(" ");
      return new KafkaCommittable(
          id,
          Long.parseLong(parts[1]),
          Short.parseShort(parts[2]),
          Boolean.parseBoolean(parts[3]),
          1);
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  /** Prepares a transaction of three records, says so and waits for its death. */
  static final class Writer {
    public static void main(String[] args) throws Exception {
      KafkaProducer<byte[], byte[]> producer = producer(args[0], args[2]);
      producer.initTransactions();
      producer.beginTransaction();
      for (String value : List.of("a", "b", "c")) {
        producer.send(new ProducerRecord<>(args[1], value.getBytes(StandardCharsets.UTF_8)));
      }
      producer.flush();
      KafkaCommittable c = new ReflectiveTransactionResumer().identify(producer, args[2], 1);
      System.out.println("PREPARED " + c.producerId() + " " + c.epoch() + " " + c.endBumpsEpoch());
      System.out.flush();
      // Until it is killed; the end of its input says that whoever would do so is gone.
      while (System.in.read() >= 0) {}
    }
  }
}

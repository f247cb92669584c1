package io.millrace.connectors.kafka;

import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.source.SourceReaderContext;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Does with poison records what the source's policy says. Subtask thread only. */
final class PoisonRecords implements AutoCloseable {
  private static final int SNIPPET_BYTES = 100;

  private final ErrorPolicy policy;
  private final Optional<DeadLetters> deadLetters;
  private final Counter count;

  PoisonRecords(ErrorPolicy policy, KafkaConnection connection, SourceReaderContext context) {
    this.policy = policy;
    this.deadLetters =
        policy instanceof ErrorPolicy.DeadLetter d
            ? Optional.of(new DeadLetters(connection, d.topic(), context))
            : Optional.empty();
    this.count =
        context.counter(
            deadLetters.isPresent() ? "kafka.records.dead-lettered" : "kafka.records.skipped");
  }

  /** Whether another poison record could be taken. */
  boolean hasRoom() {
    return deadLetters.isEmpty() || deadLetters.get().hasRoom();
  }

  /** Takes a record that can't be deserialised, or throws. */
  void handle(ConsumerRecord<byte[], byte[]> record, Exception cause) {
    if (policy instanceof ErrorPolicy.Fail) {
      throw KafkaConnectorException.permanent(
          "The record at topic '"
              + record.topic()
              + "', partition "
              + record.partition()
              + ", offset "
              + record.offset()
              + " can't be deserialised: "
              + cause.getMessage()
              + ". Its value "
              + snippet(record.value())
              + ". To go on without such records, use onError(ErrorPolicy.skip()) or"
              + " onError(ErrorPolicy.deadLetter(topic))",
          cause);
    }
    count.inc();
    deadLetters.ifPresent(d -> d.write(record, cause));
  }

  /** Makes what was taken durable, before a checkpoint passes over it. */
  void flush() {
    deadLetters.ifPresent(DeadLetters::flush);
  }

  @Override
  public void close() {
    deadLetters.ifPresent(DeadLetters::close);
  }

  /** The beginning of a value; bytes that are not printable ASCII as escapes. */
  static String snippet(byte[] value) {
    if (value == null) {
      return "is absent";
    }
    StringBuilder text = new StringBuilder();
    String start =
        new String(value, 0, Math.min(value.length, SNIPPET_BYTES), StandardCharsets.ISO_8859_1);
    for (char c : start.toCharArray()) {
      if (c >= ' ' && c < 0x7f && c != '\\') {
        text.append(c);
      } else {
        text.append(String.format("\\x%02x", (int) c));
      }
    }
    return (value.length > SNIPPET_BYTES ? "of " + value.length + " bytes begins with: " : "is: ")
        + text;
  }
}

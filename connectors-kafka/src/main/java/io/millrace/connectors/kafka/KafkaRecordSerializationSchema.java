package io.millrace.connectors.kafka;

import io.millrace.core.function.Function;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The sink's records to Kafka records. Called by the subtask's thread only. */
public interface KafkaRecordSerializationSchema<T> extends Function {
  /** Called once a subtask before the first record. */
  default void open() throws Exception {}

  /**
   * @param timestamp event time in milliseconds, or {@link
   *     io.millrace.core.time.TimestampAssigner#NO_TIMESTAMP}
   * @return never null
   */
  ProducerRecord<byte[], byte[]> serialize(T element, long timestamp) throws Exception;

  /** The topic if all records go to one, so that it can be checked and prepared at start. */
  default Optional<String> fixedTopic() {
    return Optional.empty();
  }

  static <T> KafkaRecordSerializationSchemaBuilder<T> builder() {
    return new KafkaRecordSerializationSchemaBuilder<>();
  }
}

package io.millrace.connectors.kafka;

import io.millrace.core.format.DeserializationSchema;
import io.millrace.core.function.Collector;
import io.millrace.core.function.Function;
import io.millrace.core.types.TypeInformation;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Kafka records, with key, headers and place, to the source's records: none, one or several. Called
 * by the subtask's thread only.
 */
public interface KafkaRecordDeserializationSchema<T> extends Function {
  /** Called once a subtask before the first record. */
  default void open() throws Exception {}

  /**
   * @throws Exception for a record that can't be understood; nothing that was collected for it is
   *     emitted then, and the source's error policy decides
   */
  void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<T> out) throws Exception;

  TypeInformation<T> producedType();

  /** Of each record only the value. */
  static <T> KafkaRecordDeserializationSchema<T> valueOnly(DeserializationSchema<T> schema) {
    return new ValueOnly<>(schema);
  }

  /** See {@link #valueOnly}; the reader takes a shorter way for it. */
  record ValueOnly<T>(DeserializationSchema<T> schema)
      implements KafkaRecordDeserializationSchema<T> {
    @Override
    public void open() throws Exception {
      schema.open();
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<T> out)
        throws Exception {
      out.collect(value(record));
    }

    /** Never null: bytes without a value have no record to become. */
    T value(ConsumerRecord<byte[], byte[]> record) throws Exception {
      byte[] bytes = record.value();
      if (bytes == null) {
        throw new IllegalArgumentException("it has no value (a tombstone)");
      }
      T value = schema.deserialize(bytes);
      if (value == null) {
        throw new IllegalArgumentException("the deserializer returned null");
      }
      return value;
    }

    @Override
    public TypeInformation<T> producedType() {
      return schema.producedType();
    }
  }
}

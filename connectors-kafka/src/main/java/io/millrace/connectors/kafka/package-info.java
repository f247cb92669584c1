/**
 * Kafka as a source and as a sink, both exactly once. Start at {@link
 * io.millrace.connectors.kafka.KafkaSource#builder} and {@link
 * io.millrace.connectors.kafka.KafkaSink#builder}.
 *
 * <p>Kafka's clients block and have threads of their own, so this is an edge package: everything
 * that may block runs on threads named {@code millrace-kafka-*}, never on a subtask's.
 */
package io.millrace.connectors.kafka;

package io.millrace.connectors.kafka;

import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * Names a producer's open transaction, and lets another producer, in another process, take it up
 * where it was left (invariant K6). {@code initTransactions} can't: it aborts. An interface, so
 * that the public two-phase commit of KIP-939 can take the place of reflection once brokers have
 * it.
 */
interface TransactionResumer {

  /** The transaction that this producer has open; everything in it must have been flushed. */
  KafkaCommittable identify(
      KafkaProducer<?, ?> producer, String transactionalId, long checkpointId);

  /** The producer's current epoch, which differs between any two of its transactions. */
  short epoch(KafkaProducer<?, ?> producer);

  /**
   * Puts a new producer, made with the same transactional id, inside the transaction, so that its
   * {@code commitTransaction} ends it. No request is sent here.
   */
  void resume(KafkaProducer<?, ?> producer, KafkaCommittable transaction);
}

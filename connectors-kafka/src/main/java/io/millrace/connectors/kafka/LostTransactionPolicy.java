package io.millrace.connectors.kafka;

/**
 * What happens when a transaction of a completed checkpoint can't be committed any more, because
 * the broker has aborted it (the job was down for longer than the transaction timeout) or another
 * producer has taken over its id.
 */
public enum LostTransactionPolicy {
  /** The job fails, and says what is lost. The default. */
  FAIL,
  /** The loss is logged as an error, counted as {@code kafka.transactions.lost}, and accepted. */
  CONTINUE
}

package io.millrace.connectors.kafka;

import java.util.Objects;

/**
 * A flushed transaction that waits for its commit. Producer id and epoch name exactly one
 * transaction, because an epoch is never used for two.
 *
 * @param transactionalId its id at the broker, {@code prefix-job-attempt-subtask-number}
 * @param producerId the broker's number for that id
 * @param epoch the producer epoch that wrote it
 * @param endBumpsEpoch whether ending it raises the epoch (KIP-890, transaction.version 2)
 * @param checkpointId the checkpoint whose barrier ended it
 */
public record KafkaCommittable(
    String transactionalId,
    long producerId,
    short epoch,
    boolean endBumpsEpoch,
    long checkpointId) {
  public KafkaCommittable {
    Objects.requireNonNull(transactionalId, "transactionalId");
    if (producerId < 0 || epoch < 0) {
      throw new IllegalArgumentException(
          "Not a transaction: producer " + producerId + ", epoch " + epoch);
    }
  }

  /** The epoch that the broker shows after this transaction has been committed. */
  int epochAfterCommit() {
    return endBumpsEpoch ? epoch + 1 : epoch;
  }
}

package io.millrace.connectors.kafka;

/** What a sink promises about the records that it was given. */
public enum DeliveryGuarantee {
  /** Records may be lost or doubled by a failure of the job. */
  NONE,
  /** No record is lost; after a failure some are written again. */
  AT_LEAST_ONCE,
  /**
   * Every record is there once for read_committed readers, when the checkpoint after it has
   * completed.
   */
  EXACTLY_ONCE
}

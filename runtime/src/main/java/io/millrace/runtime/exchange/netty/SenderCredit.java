package io.millrace.runtime.exchange.netty;

/**
 * The sender's account of one channel, in bytes, kept in totals that only grow. {@link #produced}
 * is for the task's thread, the other changes for the connection's event loop; anybody may read.
 *
 * <p>The totals are volatile because a refused task and the loop that would wake it each write one
 * total and then read the other's: with weaker accesses both could miss the change.
 */
final class SenderCredit {
  private final long queueLimit;
  private volatile long produced;
  private volatile long left;
  private volatile long sent;
  private volatile long granted;

  /** Of data sent without credit since there was some. */
  private volatile long overdrawn;

  /**
   * @param queueLimit queued bytes from which on the channel is not writable
   */
  SenderCredit(long queueLimit) {
    this.queueLimit = queueLimit;
  }

  /** The task put a frame into the queue. */
  void produced(int charge) {
    long total = produced + charge;
    produced = total;
  }

  /** The receiver allows more. */
  void granted(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("A credit of " + bytes + " bytes");
    }
    long total = Math.addExact(granted, bytes);
    granted = total;
    if (total > sent) {
      overdrawn = 0;
    }
  }

  /** Data is about to be sent without credit, in front of a barrier. */
  void overdrawn(int charge) {
    long total = overdrawn + charge;
    overdrawn = total;
  }

  /** A frame left the queue for the socket; events may drive the credit below zero (FC1). */
  void sent(int charge) {
    long totalSent = sent + charge;
    long totalLeft = left + charge;
    sent = totalSent;
    left = totalLeft;
  }

  /** A frame left the queue for nowhere, because a later one replaces it. */
  void dropped(int charge) {
    long total = left + charge;
    left = total;
  }

  /** Whether data may be sent (FC1); one frame may overshoot (FC11). */
  boolean maySend() {
    return granted > sent;
  }

  /**
   * Whether the task may take a batch: the one predicate behind acquire, isWritable and the wake-up
   * (FC4). One batch may always wait, so that there is something to send when credit comes; unless
   * barriers have taken so much along without credit that more would have no limit.
   */
  boolean writable() {
    long queued = queued();
    if (queued == 0) {
      return overdrawn < queueLimit || maySend();
    }
    return queued < queueLimit && maySend();
  }

  /** Bytes produced and not sent: what is announced as backlog. */
  long queued() {
    // Read in this order the difference may be too small for a moment, but never negative.
    long gone = left;
    return produced - gone;
  }

  /** Credit left; negative after an overshoot. */
  long available() {
    return granted - sent;
  }

  long sentTotal() {
    return sent;
  }
}

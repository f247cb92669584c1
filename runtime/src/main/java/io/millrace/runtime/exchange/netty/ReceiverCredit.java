package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.CorruptDataException;

/**
 * The receiver's account of one channel, in bytes. For the connection's event loop; what the task
 * has consumed is passed in.
 *
 * <p>Conservation (FC3): credit at the sender + in flight + queued here + unannounced = allowance.
 */
final class ReceiverCredit {
  private final long step;
  private long allowance;
  private long granted;
  private long received;

  /**
   * @param allowance what the sender may have in flight and unconsumed; granted at once
   * @param step the least credit worth a frame; at most a quarter of any allowance
   */
  ReceiverCredit(long allowance, long step) {
    if (step < 1 || step > Math.max(1, allowance / 4)) {
      throw new IllegalArgumentException("A step of " + step + " of " + allowance);
    }
    this.allowance = allowance;
    this.step = step;
    this.granted = allowance;
  }

  /**
   * A frame came.
   *
   * @throws CorruptDataException if it is data sent without credit (FC1)
   */
  void received(int charge, boolean needsCredit) {
    if (needsCredit && granted <= received) {
      throw new CorruptDataException(
          "Data without credit: " + received + " bytes received of " + granted + " granted");
    }
    received += charge;
  }

  /** Allows more or less from now on; less takes effect as the task consumes. */
  void resize(long newAllowance) {
    if (newAllowance / 4 < step && newAllowance != allowance) {
      throw new IllegalArgumentException("An allowance of " + newAllowance + ", step " + step);
    }
    allowance = newAllowance;
  }

  /**
   * The credit to announce now, 0 for none. Nothing while blocked (FC6).
   *
   * @param consumed total charge of the frames the task has taken
   */
  long grant(long consumed, boolean blocked) {
    if (consumed > received) {
      throw new IllegalStateException(consumed + " bytes consumed of " + received + " received");
    }
    long unannounced = unannounced(consumed);
    if (blocked || unannounced < step) {
      return 0;
    }
    granted += unannounced;
    return unannounced;
  }

  /** What could be granted; negative while a smaller allowance has not taken effect. */
  long unannounced(long consumed) {
    return allowance - (granted - consumed);
  }

  long allowance() {
    return allowance;
  }

  long queued(long consumed) {
    return received - consumed;
  }
}

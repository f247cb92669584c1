package io.millrace.runtime.operators;

import io.millrace.runtime.id.CheckpointId;

/**
 * One operator of a chain, in one subtask. Every method is called by the one thread that steps the
 * subtask.
 *
 * <p>Concrete operators are final, public, and touch the engine only through public types: each is
 * loaded as a copy of its class of its own (see {@link OperatorMaker}), so that its calls to the
 * user's function and to the next operator see one receiver class each and are inlined. A class and
 * the classes nested in it are copied together.
 *
 * <p>A method that returns boolean is resumable: false says that it stopped because the output has
 * no room (or because the time budget is spent) and wants to be called again with the same
 * argument; nothing else is called in between.
 *
 * @param <O> records of the main output
 */
public abstract class Operator<O> {
  /** What the operator may know and do; set before {@link #open}. */
  protected OperatorContext context;

  /** The main output. */
  protected Receiver<O> out;

  public final void setup(OperatorContext operatorContext, Receiver<O> output) {
    this.context = operatorContext;
    this.out = output;
  }

  /** Restores and opens: state handles are to be had here. */
  public void open() throws Exception {}

  /**
   * Whether what {@link #open} started is done; until then the subtask takes no input and no
   * checkpoint.
   */
  public boolean isReady() {
    return true;
  }

  /**
   * Event time has reached this watermark (milliseconds): fire what is due. The engine forwards it
   * when true.
   */
  public boolean onWatermark(long watermark) throws Exception {
    return true;
  }

  /**
   * Processing time has reached what was asked for by {@link
   * OperatorContext#scheduleProcessingTime}.
   */
  public boolean onProcessingTime(long now) throws Exception {
    return true;
  }

  /**
   * No record follows: emit what is held back. Timers of the maximum watermark have fired before.
   */
  public boolean endOfData() throws Exception {
    return true;
  }

  /**
   * Whether this operator makes the watermark of its output itself. It is then alone in its chain.
   * Incoming watermarks still come to {@link #onWatermark}, but go no further, except the last one
   * ({@link Long#MAX_VALUE}); in their place the engine asks for {@link #watermark} after each
   * batch and forwards it if it is larger than the one before.
   */
  public boolean makesWatermarks() {
    return false;
  }

  /** Only if {@link #makesWatermarks}: the watermark of the output now, in milliseconds. */
  public long watermark() {
    return Long.MIN_VALUE;
  }

  /**
   * Snapshot of what is not in the keyed or operator state backends; those are taken by the engine
   * right after this call, so that an operator may bring them up to date here.
   */
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {}

  /** All checkpoints up to this one are complete (invariant CC7). */
  public void checkpointCompleted(CheckpointId checkpoint) throws Exception {}

  public void checkpointAborted(CheckpointId checkpoint) throws Exception {}

  /**
   * Whether everything that must happen before the subtask may finish (a last commit) has happened.
   */
  public boolean isQuiescent() {
    return true;
  }

  /**
   * Whether more input is welcome, for operators that write to the outside; asked again after a
   * wake-up.
   */
  public boolean hasRoom() {
    return true;
  }

  /** Always called, also after a failure; must not throw for being closed early. */
  public void close() throws Exception {}
}

package io.millrace.runtime.operators;

import io.millrace.core.source.PollStatus;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.List;

/**
 * What the engine does with the head of a source's chain. Its implementation is loaded as a copy of
 * its class, so the engine sees it only as this.
 */
public abstract class SourceHead<T> extends Operator<T> {
  /** Takes splits from the enumerator. */
  public abstract void assign(List<Blob> splits) throws Exception;

  public abstract void noMoreSplits();

  /** Reads at most a batch of records into the chain. */
  public abstract PollStatus poll() throws Exception;

  /** Least watermark over the active splits, monotone, in milliseconds. Looked at after a poll. */
  public abstract long watermark();

  /**
   * Whether no split is active: then the source does not hold the watermark of its consumers
   * (invariants W2, W3).
   */
  public abstract boolean isIdle();

  /**
   * Set once: called before the first record after the source was idle leaves it (invariant W2).
   */
  public abstract void whenActive(Runnable listener);
}

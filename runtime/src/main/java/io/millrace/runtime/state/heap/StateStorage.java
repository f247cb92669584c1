package io.millrace.runtime.state.heap;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.runtime.state.StateMeta;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where the entries of a backend's states are; handles, timers and snapshots are the same over
 * each. Owned by the task thread.
 */
public interface StateStorage extends AutoCloseable {
  /** Makes the storage of a backend. */
  @FunctionalInterface
  interface Maker {
    /**
     * @param cuts of the backend's timers, and of tables that are on the heap
     */
    StateStorage make(KeyedStateContext<?> context, CurrentKey key, CutClock cuts);
  }

  /**
   * A state of one entry a key.
   *
   * @param handle makes what user code works with
   */
  <V> RegisteredState table(
      StateMeta meta,
      StoredForm<V> form,
      Optional<StateTtlConfig> ttl,
      Function<EntryCursor<V>, Object> handle);

  /** A value state of a flat value and long keys without a time to live: the shortest way. */
  <V> RegisteredState flatLongs(StateMeta meta, StoredForm<V> form);

  /**
   * A state of an accumulator a key and pane.
   *
   * @param copied whether accumulators are mutable objects
   */
  <A> RegisteredState panes(StateMeta meta, StoredForm<A> form, boolean copied);

  /** Keeps bytes of a snapshot until their state is registered, beside memory if it can. */
  Kept keep(byte[] bytes);

  /** Bytes that are kept. */
  interface Kept {
    byte[] load();

    /**
     * Reads them as they are in the cut that was begun last; by the thread that writes it, when it
     * is prepared.
     */
    Supplier<byte[]> inCut();

    /** They are needed no more, but for cuts. */
    void drop();
  }

  /**
   * Begins a cut of what is there now, before the states are captured. One that was not prepared
   * yet is prepared first.
   */
  Cut beginCut();

  /** A cut that was begun. */
  interface Cut {
    /**
     * Completes when what was captured can be read; on the task thread, within {@link
     * #goOnWithCut}. Never, if the storage is closed before.
     */
    CompletionStage<Void> prepared();

    /** It is needed no more; once and by any thread. */
    void release();
  }

  /**
   * Does a bounded amount of what the cut that was begun last still needs.
   *
   * @return whether there is more to do
   */
  boolean goOnWithCut();

  /** A bounded amount of work, between batches. */
  void cleanUpSome();

  /** Lets everything go; cuts that are being written are written to the end of their key group. */
  @Override
  void close();
}

package io.millrace.runtime.state.heap;

import io.millrace.core.state.StateTtlConfig;
import io.millrace.core.types.RowLayout;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.NextKeys;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.StoreFiles;
import java.io.IOException;
import java.util.List;
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

  /**
   * A value state of immutable values that can be taken apart; as objects where that brings
   * nothing.
   *
   * @param handle makes what user code works with if values are objects
   */
  default <V> RegisteredState rows(
      StateMeta meta,
      StoredForm<V> form,
      RowLayout<V> row,
      Optional<StateTtlConfig> ttl,
      Function<EntryCursor<V>, Object> handle) {
    return table(meta, form, ttl, handle);
  }

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
   * Begins a cut of what is there now, before the states are captured. One before that was not
   * prepared yet is prepared first, however long that takes, unless it was abandoned.
   *
   * @param kind files are only an offer
   */
  Cut beginCut(CutKind kind);

  /**
   * Goes on with the files of an image of exactly the key groups of this storage, which is still
   * empty: its states are there when they are registered.
   *
   * @return false if this storage can't; nothing has happened then
   */
  boolean adopt(StoreImage image, SnapshotReader reader) throws IOException;

  /** What {@link #adopt} has brought and nobody has registered yet. */
  Adopted adopted();

  /** States of an image that nobody has registered yet. */
  interface Adopted {
    /** None. */
    Adopted NONE =
        new Adopted() {
          @Override
          public List<StateMeta> states() {
            return List.of();
          }

          @Override
          public Optional<RawState> load(String name, int group) {
            return Optional.empty();
          }

          @Override
          public void drop(String name) {}

          @Override
          public List<RegisteredState.Capture> capture() {
            return List.of();
          }
        };

    List<StateMeta> states();

    /** What a state has in a key group. */
    Optional<RawState> load(String name, int group);

    /** The state is needed no more, but for cuts. */
    void drop(String name);

    /** All of them, for the cut that was begun last. */
    List<RegisteredState.Capture> capture();
  }

  /** A cut that was begun. */
  interface Cut {
    /**
     * Completes when what was captured can be read, or was abandoned; on the task thread, within
     * any call that writes, {@link #goOnWithCut} at the latest. Never, if the storage is closed
     * before.
     */
    CompletionStage<Void> prepared();

    /** See {@link io.millrace.runtime.state.KeyedCut#withFiles}. */
    <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException;

    /**
     * Nobody wants what is not read of it yet: nothing more need be done for it. What is being read
     * stays until {@link #release}. By any thread.
     */
    default void abandon() {}

    /** It is needed no more, and nobody reads it; once and by any thread. */
    void release();
  }

  /**
   * Does a bounded amount of what the cut that was begun last still needs: a millisecond's.
   *
   * @return whether there is more to do
   */
  boolean goOnWithCut();

  /** See {@link io.millrace.runtime.state.KeyedStateBackend#wantsNextKeys}. */
  default boolean wantsNextKeys(int records) {
    return false;
  }

  /** See {@link io.millrace.runtime.state.KeyedStateBackend#readAhead}. */
  default void readAhead(NextKeys keys) {}

  /** A bounded amount of work, between batches. */
  void cleanUpSome();

  /** Lets everything go; cuts that are being written are written to the end of their key group. */
  @Override
  void close();
}

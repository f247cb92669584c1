package io.millrace.runtime.state;

import io.millrace.core.state.KeyedStateStore;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.StateHandles.SharedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The keyed state and timers of one operator subtask: a range of key groups. Everything but what a
 * {@link KeyedCut} writes belongs to the one thread that steps the subtask.
 */
public interface KeyedStateBackend<K> extends KeyedStateStore, AutoCloseable {
  /**
   * Makes a key current for all handles of this backend.
   *
   * @param hash as {@link KeyCodec#hash} gives it; usually computed by the sender
   * @throws IllegalStateException if the key's group is not in {@link #keyGroups} (invariant KG2)
   */
  void setCurrentKey(K key, int hash);

  /** The same without boxing; only if {@code keyCodec().isLong()}. */
  void setCurrentLongKey(long key, int hash);

  /** Whether state is so large that it pays to {@link #fetch} it. */
  boolean isFar();

  /**
   * Says which keys will be current next, so that their entries, which lie far away in memory, are
   * fetched all at a time rather than one after another. Changes nothing.
   *
   * @param hashes those from {@code from} to {@code to}, that one excluded
   * @return nothing of meaning; it keeps the work from being left out
   */
  long fetch(int[] hashes, int from, int to);

  /** Makes the key of a timer current. */
  void setCurrentKey(Timer<?> timer);

  /**
   * The current key; a copy if keys are mutable.
   *
   * @throws IllegalStateException if no key was made current yet
   */
  K currentKey();

  /**
   * A batch begins.
   *
   * @param records it has
   * @return whether it is worth telling its keys beforehand, by {@link #readAhead}
   */
  boolean wantsNextKeys(int records);

  /**
   * Reads what is not in memory of keys that come next, for all of them at a time. Which key is
   * current afterwards is not said.
   */
  void readAhead(NextKeys keys);

  /**
   * What a state has for a key now, as a snapshot would have it. Changes nothing: no time to live
   * is renewed, no cache filled, and the key that is current stays so.
   *
   * @return empty if the key has nothing, or what it had has expired
   * @throws IllegalArgumentException if there is no such state, or it can't be read by key
   */
  Optional<RawState> peek(String state, K key);

  /** What has been registered. */
  List<StateMeta> registeredStates();

  KeyCodec<K> keyCodec();

  KeyGroupRange keyGroups();

  int maxParallelism();

  /**
   * A value open word by word: the same state that {@code getState} gives.
   *
   * @throws IllegalArgumentException if keys are no integers, or the value isn't stored flat or has
   *     a time to live
   */
  <T> FlatValueState<T> flatState(ValueStateDescriptor<T> descriptor);

  /** State of a window operator: an accumulator a key and pane. The same name, the same state. */
  <A> PanedState<A> panedState(String name, TypeInformation<A> type);

  /** State of a join: rows a key and pane. The same name, the same state. */
  <T> PanedRows<T> panedRows(String name, TypeInformation<T> type);

  /**
   * A queue of timers with a namespace, such as a window; namespaces are compared with {@code
   * equals}. The same name, the same queue; event time and processing time are two queues.
   *
   * @param schema describes the namespace in snapshots
   */
  <N> TimerQueue<N> timers(String name, TypeSerializer<N> namespaces, TypeSchema schema);

  /** A queue of timers without a namespace. */
  default TimerQueue<NoNamespace> timers(String name) {
    return timers(name, NoNamespace.SERIALIZER, NoNamespace.SCHEMA);
  }

  /**
   * Takes the state as it is now. On the heap this copies nothing; pages are copied when they are
   * first written while the cut is not closed. A store on disk gets what it hasn't yet afterwards,
   * by {@link #goOnWithCut}, or here if that is little. The cut before is to be closed first: for
   * one that is not, all that is left to do is done here.
   *
   * @param kind files are only an offer; a cut may be whole all the same
   */
  KeyedCut snapshot(CutKind kind);

  /** Takes it in the form that every backend reads. */
  default KeyedCut snapshot() {
    return snapshot(CutKind.WHOLE);
  }

  /**
   * Does a bounded amount of what the cut that was taken last still needs before it can be written:
   * what takes a millisecond at most, as a rule. To be called until it is done, whether or not
   * there is input.
   *
   * @return whether there is more to do
   */
  boolean goOnWithCut();

  /**
   * Takes over the key groups of this backend's range from a snapshot, whatever the parallelism it
   * was taken with; called at most once, before any key is current. State is decoded when it is
   * registered.
   *
   * @param subtasks what the operator's subtasks reported, all of them
   * @return the shared files of a snapshot that the backend goes on with, so that the next may
   *     share them too
   * @throws CorruptStateException naming file and section
   */
  List<SharedFile> restore(List<StateHandles> subtasks, SnapshotReader reader) throws IOException;

  /**
   * Names of states that the snapshot had and nobody has registered. They are kept, and are part of
   * further snapshots, until {@link #dropUnclaimedStates}.
   */
  List<String> unclaimedStates();

  void dropUnclaimedStates();

  /**
   * Does a bounded amount of background work, such as removing expired entries; called between
   * batches.
   */
  void cleanUpSome();

  @Override
  void close();
}

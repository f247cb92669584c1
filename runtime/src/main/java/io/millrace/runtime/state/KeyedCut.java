package io.millrace.runtime.state;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keyed state as it was at one moment. Taken on the task thread; written by one other thread;
 * closed by any, early if the checkpoint is aborted (invariant BA7). Until it is closed the backend
 * copies what it writes to.
 */
public interface KeyedCut extends AutoCloseable {
  KeyGroupRange keyGroups();

  /**
   * Completes when the cut can be written, or was closed: at once on the heap; with a store on disk
   * when the backend has brought what the cut needs there, see {@link
   * KeyedStateBackend#goOnWithCut}. Never, if the backend is closed before.
   */
  CompletionStage<Void> prepared();

  /**
   * Writes the states of one key group, but for what {@link #withFiles} had in files before.
   *
   * @throws java.util.concurrent.CancellationException if the cut was closed
   */
  void writeGroup(int group, SectionOutput out) throws IOException;

  /**
   * Lets the files of a store be used, whose content {@link #writeGroup} does not write then. They
   * stay meanwhile, also if the cut is closed. To be called before the first group, and soon: until
   * the files are made, the store must not get anything newer.
   *
   * @return what {@code use} returns; empty if there are none, as always on the heap
   * @throws java.util.concurrent.CancellationException if the cut was closed
   */
  <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException;

  /** Releases the cut; idempotent. A group being written is written to its end first. */
  @Override
  void close();
}

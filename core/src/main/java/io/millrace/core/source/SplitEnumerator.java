package io.millrace.core.source;

import java.io.IOException;
import java.util.List;

/**
 * Finds splits and assigns them to readers. Every call comes from the enumerator's own thread;
 * blocking calls to the external system go through {@link SplitEnumeratorContext#callAsync}. An
 * exception fails the job, never the JobManager.
 */
public interface SplitEnumerator<SplitT extends SourceSplit, StateT> extends AutoCloseable {
  void start();

  /** A reader is there (again) and, on a restore, already holds its restored splits. */
  void addReader(int subtask);

  /** A reader asked for work. */
  void handleSplitRequest(int subtask);

  /** Splits that a failed reader was given since its last completed checkpoint (invariant S1). */
  void addSplitsBack(List<SplitT> splits, int subtask);

  StateT snapshotState(long checkpointId) throws Exception;

  default void notifyCheckpointComplete(long checkpointId) throws Exception {}

  @Override
  void close() throws IOException;
}

package io.millrace.core.source;

import java.util.List;

/**
 * Reads the splits of one subtask. All methods are called by the subtask's thread and must not
 * block; a client that blocks runs on a thread of its own behind a bounded hand-over and calls
 * {@link SourceReaderContext#wakeUp}.
 */
public interface SourceReader<T, SplitT extends SourceSplit> extends AutoCloseable {
  void start();

  /**
   * Emits records until the output is full ({@link ReaderOutput#hasRoom} is false) or nothing is
   * there.
   */
  PollStatus poll(ReaderOutput<T> output) throws Exception;

  void addSplits(List<SplitT> splits);

  void noMoreSplits();

  /** The splits with their progress: what was emitted before this call and nothing else. */
  List<SplitT> snapshotState(long checkpointId);

  default void notifyCheckpointComplete(long checkpointId) throws Exception {}

  @Override
  void close() throws Exception;
}

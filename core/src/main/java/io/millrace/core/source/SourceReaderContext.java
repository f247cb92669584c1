package io.millrace.core.source;

import io.millrace.core.function.RuntimeContext.Counter;

/** What a reader may know and do. */
public interface SourceReaderContext {
  String jobName();

  int subtaskIndex();

  int parallelism();

  ClassLoader userCodeClassLoader();

  /** Asks the enumerator for a split. Subtask thread only. */
  void requestSplit();

  /**
   * Tells that {@link SourceReader#poll} has something again after it answered {@link
   * PollStatus#NOTHING_AVAILABLE}. From any thread; calls too many are harmless, one too few loses
   * the wake-up.
   */
  void wakeUp();

  /** Fails the subtask. From any thread. */
  void fail(Throwable cause);

  Counter counter(String name);
}

package io.millrace.core.source;

import io.millrace.core.function.RuntimeContext.Counter;
import java.time.Duration;

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

  /**
   * The same after a time, for a reader that waits for nothing but the clock: it needs no thread of
   * its own, and costs one wake-up rather than two. Only the earliest pending one is kept; it may
   * be late by some tens of microseconds, or by what the steps before it take. Subtask thread only.
   *
   * @param delay from now; none or less is at once
   */
  void wakeUpAfter(Duration delay);

  /** Fails the subtask. From any thread. */
  void fail(Throwable cause);

  Counter counter(String name);
}

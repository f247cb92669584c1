package io.millrace.core.source;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;

/** What an enumerator may do. All methods are for the enumerator's thread. */
public interface SplitEnumeratorContext<SplitT extends SourceSplit> {
  int currentParallelism();

  Set<Integer> registeredReaders();

  void assignSplits(int subtask, List<SplitT> splits);

  /**
   * No split will come for this reader any more; kept as state and told again after failover
   * (invariant S4).
   */
  void signalNoMoreSplits(int subtask);

  /**
   * Runs a blocking call on an I/O thread and its handler (result or failure) on the enumerator's
   * thread.
   */
  <R> void callAsync(Callable<R> call, BiConsumer<R, Throwable> handler);

  /** The same, again and again, {@code period} apart, after {@code initialDelay}. */
  <R> void callAsync(
      Callable<R> call, BiConsumer<R, Throwable> handler, Duration initialDelay, Duration period);

  /** Fails the job with this cause. */
  void fail(Throwable cause);
}

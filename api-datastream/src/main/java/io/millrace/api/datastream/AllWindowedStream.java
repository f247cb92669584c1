package io.millrace.api.datastream;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.function.ReduceFunction;
import io.millrace.core.window.Window;
import java.time.Duration;

/**
 * A whole stream whose records are grouped by windows of event time, in one subtask.
 *
 * @param <W> the kind of window
 */
public final class AllWindowedStream<T, W extends Window> {
  private final WindowedStream<T, Integer, W> windows;

  AllWindowedStream(WindowedStream<T, Integer, W> windows) {
    this.windows = windows.nonParallel();
  }

  /** See {@link WindowedStream#allowedLateness}. */
  public AllWindowedStream<T, W> allowedLateness(Duration time) {
    windows.allowedLateness(time);
    return this;
  }

  /** See {@link WindowedStream#sideOutputLateData}. */
  public AllWindowedStream<T, W> sideOutputLateData(OutputTag<T> tag) {
    windows.sideOutputLateData(tag);
    return this;
  }

  public SingleOutputStreamOperator<T> reduce(ReduceFunction<T> function) {
    return windows.reduce(function);
  }

  public <A, R> SingleOutputStreamOperator<R> aggregate(AggregateFunction<T, A, R> function) {
    return windows.aggregate(function);
  }

  /** The key that the function is given is always the same and means nothing. */
  public <A, V, R> SingleOutputStreamOperator<R> aggregate(
      AggregateFunction<T, A, V> aggregator, ProcessWindowFunction<V, R, Integer, W> function) {
    return windows.aggregate(aggregator, function);
  }

  /** The key that the function is given is always the same and means nothing. */
  public <R> SingleOutputStreamOperator<R> process(
      ProcessWindowFunction<T, R, Integer, W> function) {
    return windows.process(function);
  }
}

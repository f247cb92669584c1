package io.millrace.runtime.operators.window;

import io.millrace.core.function.Collector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.function.WindowFunction;
import io.millrace.core.state.KeyedStateStore;
import io.millrace.core.window.TimeWindow;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.OperatorContext;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.operators.SideOutputs;
import java.util.List;

/**
 * Calls the function that evaluates windows; is its context and collector. Results carry the
 * window's last millisecond as their timestamp. Owned by the operator's subtask.
 */
public final class WindowEvaluator<K, R, O>
    implements ProcessWindowFunction.Context<TimeWindow>, Collector<O> {
  private final OperatorContext context;
  private final Receiver<O> out;
  private final SideOutputs sideOutputs;
  private final Evaluator<K, O> evaluator;
  private TimeWindow window = new TimeWindow(0, 0);
  private long watermark = Long.MIN_VALUE;

  /** One of the two kinds of functions. */
  private interface Evaluator<K, O> {
    void evaluate(K key, Iterable<?> elements) throws Exception;
  }

  public WindowEvaluator(
      WindowEvaluation<K, R, O> evaluation, OperatorContext context, Receiver<O> out) {
    this.context = context;
    this.out = out;
    this.sideOutputs = new SideOutputs(context);
    this.evaluator = evaluatorOf(evaluation);
  }

  @SuppressWarnings("unchecked")
  private Evaluator<K, O> evaluatorOf(WindowEvaluation<K, R, O> evaluation) {
    if (evaluation instanceof WindowEvaluation.Process<?, ?, ?, ?> process) {
      var function = (ProcessWindowFunction<Object, O, K, TimeWindow>) process.function();
      return (key, elements) -> function.process(key, this, (Iterable<Object>) elements, this);
    }
    if (evaluation instanceof WindowEvaluation.Apply<?, ?, ?, ?> apply) {
      var function = (WindowFunction<Object, O, K, TimeWindow>) apply.function();
      return (key, elements) -> function.apply(key, window, (Iterable<Object>) elements, this);
    }
    throw new IllegalArgumentException("Results of this window are emitted as they are");
  }

  /**
   * @param result of the fold; the elements themselves if they were collected
   */
  public void evaluate(K key, TimeWindow of, R result, long currentWatermark) throws Exception {
    window = of;
    watermark = currentWatermark;
    evaluator.evaluate(
        key, result instanceof WindowElements<?> elements ? elements : List.of(result));
  }

  @Override
  public void collect(O record) {
    try {
      out.process(record, window.maxTimestamp());
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }

  @Override
  public TimeWindow window() {
    return window;
  }

  @Override
  public long currentProcessingTime() {
    return context.currentProcessingTime();
  }

  @Override
  public long currentWatermark() {
    return watermark;
  }

  @Override
  public KeyedStateStore globalState() {
    return context.keyedState();
  }

  @Override
  public <X> void output(OutputTag<X> tag, X value) {
    try {
      sideOutputs.find(tag).process(value, window.maxTimestamp());
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }
}

package io.millrace.core.function;

import io.millrace.core.state.KeyedStateStore;
import io.millrace.core.window.Window;

/** Evaluates a window over its elements, or over its one aggregate, with access to context. */
public abstract class ProcessWindowFunction<I, O, K, W extends Window>
    extends AbstractRichFunction {
  public abstract void process(K key, Context<W> context, Iterable<I> elements, Collector<O> out)
      throws Exception;

  /** What may be known while a window is evaluated. */
  public interface Context<W> {
    W window();

    long currentProcessingTime();

    long currentWatermark();

    /** State of the key, shared by all its windows. */
    KeyedStateStore globalState();

    <X> void output(OutputTag<X> tag, X value);
  }
}

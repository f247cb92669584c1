package io.millrace.runtime.operators.window;

import io.millrace.core.function.Function;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.function.WindowFunction;
import io.millrace.core.window.TimeWindow;
import java.io.Serializable;

/**
 * What is emitted for a window and key.
 *
 * @param <K> key
 * @param <R> result of the fold
 * @param <O> what is emitted
 */
public sealed interface WindowEvaluation<K, R, O> extends Serializable {
  /** The result of the fold itself. */
  record Emit<K, R>() implements WindowEvaluation<K, R, R> {}

  /** What a function makes of the result, or of the elements if they were collected. */
  record Process<K, E, R, O>(ProcessWindowFunction<E, O, K, TimeWindow> function)
      implements WindowEvaluation<K, R, O> {}

  /** The same with a function without context. */
  record Apply<K, E, R, O>(WindowFunction<E, O, K, TimeWindow> function)
      implements WindowEvaluation<K, R, O> {}

  static Function functionOf(WindowEvaluation<?, ?, ?> evaluation) {
    if (evaluation instanceof Process<?, ?, ?, ?> process) {
      return process.function();
    }
    return evaluation instanceof Apply<?, ?, ?, ?> apply
        ? apply.function()
        : WindowFold.NoFunction.INSTANCE;
  }
}

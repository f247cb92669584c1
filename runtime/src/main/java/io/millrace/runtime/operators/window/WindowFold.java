package io.millrace.runtime.operators.window;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.Function;
import io.millrace.core.function.ReduceFunction;
import java.io.Serializable;

/**
 * How the records of a window become one accumulator.
 *
 * @param <I> records
 * @param <A> accumulator
 * @param <R> what the window is evaluated on
 */
public sealed interface WindowFold<I, A, R> extends Serializable {
  /** By the user's aggregate function. */
  record Aggregate<I, A, R>(AggregateFunction<I, A, R> function) implements WindowFold<I, A, R> {}

  /** By the user's reduce function; the accumulator is the value so far. */
  record Reduce<T>(ReduceFunction<T> function) implements WindowFold<T, T, T> {}

  /** All records are kept, in the order of their arrival. */
  record Collect<T>() implements WindowFold<T, WindowElements<T>, WindowElements<T>> {}

  /** The user's function, or this if there is none. */
  static Function functionOf(WindowFold<?, ?, ?> fold) {
    if (fold instanceof Aggregate<?, ?, ?> aggregate) {
      return aggregate.function();
    }
    return fold instanceof Reduce<?> reduce ? reduce.function() : NoFunction.INSTANCE;
  }

  /** Stands for a user function that is not there: has no life cycle. */
  enum NoFunction implements Function {
    INSTANCE
  }
}

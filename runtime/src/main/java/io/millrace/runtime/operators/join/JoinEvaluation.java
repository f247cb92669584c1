package io.millrace.runtime.operators.join;

import io.millrace.core.function.CoGroupFunction;
import io.millrace.core.function.FlatJoinFunction;
import io.millrace.core.function.Function;
import io.millrace.core.function.JoinFunction;
import java.io.Serializable;

/**
 * What is made of the records of a window and key.
 *
 * @param <A> records of the first side
 * @param <B> records of the second side
 * @param <O> what is emitted
 */
public sealed interface JoinEvaluation<A, B, O> extends Serializable {
  /** One record of each pair. */
  record Pairs<A, B, O>(JoinFunction<A, B, O> function) implements JoinEvaluation<A, B, O> {}

  /** Any number of records of each pair. */
  record FlatPairs<A, B, O>(FlatJoinFunction<A, B, O> function)
      implements JoinEvaluation<A, B, O> {}

  /** Any number of records of both sides at once; also if one is empty. */
  record Groups<A, B, O>(CoGroupFunction<A, B, O> function) implements JoinEvaluation<A, B, O> {}

  /** The user's function. */
  static Function functionOf(JoinEvaluation<?, ?, ?> evaluation) {
    if (evaluation instanceof Pairs<?, ?, ?> pairs) {
      return pairs.function();
    }
    if (evaluation instanceof FlatPairs<?, ?, ?> pairs) {
      return pairs.function();
    }
    return ((Groups<?, ?, ?>) evaluation).function();
  }
}

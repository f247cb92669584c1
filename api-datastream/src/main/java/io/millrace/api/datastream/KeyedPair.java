package io.millrace.api.datastream;

import io.millrace.api.datastream.Transformation.Definition;
import io.millrace.api.datastream.Transformation.Inlet;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.submit.JobSubmissionException;
import java.util.ArrayList;
import java.util.List;

/** Two streams keyed alike, for an operator that keeps state of both. */
record KeyedPair<A, B, K>(KeyedStream<A, K> first, KeyedStream<B, K> second) {
  /**
   * @throws JobSubmissionException if records of the two could never meet, naming both keys
   */
  static <A, B, K> KeyedPair<A, B, K> of(
      String what, KeyedStream<A, K> first, KeyedStream<B, K> second) {
    requireSameKeys(what, first, second);
    return new KeyedPair<>(first, second);
  }

  /** Keys are the same if their content is written the same: then so are their hashes. */
  static void requireSameKeys(String what, KeyedStream<?, ?> first, KeyedStream<?, ?> second) {
    TypeInformation<?> one = first.getKeyType();
    TypeInformation<?> other = second.getKeyType();
    if (!one.rawClass().equals(other.rawClass()) || !one.schema().equals(other.schema())) {
      throw new JobSubmissionException(
          what
              + ": the key of the first stream ('"
              + first.origins.get(0).source().name()
              + "') is "
              + describe(one)
              + " and that of the second ('"
              + second.origins.get(0).source().name()
              + "') is "
              + describe(other)
              + ", so their records would never meet: make both keys of one class");
    }
  }

  private static String describe(TypeInformation<?> type) {
    return type.isLateTyped()
        ? "of a type that the program does not tell (give it beside the key selector)"
        : "of class " + type.schema().name();
  }

  <R> SingleOutputStreamOperator<R> apply(
      String name, OperatorFactory factory, TypeInformation<R> type) {
    List<Inlet> inlets = new ArrayList<>(first.inlets(0));
    inlets.addAll(second.inlets(1));
    return new SingleOutputStreamOperator<>(
        first.environment,
        first.environment.add(Definition.operator(name, true, factory, type), inlets));
  }
}

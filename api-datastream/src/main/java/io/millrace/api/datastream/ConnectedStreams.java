package io.millrace.api.datastream;

import io.millrace.api.datastream.Transformation.Definition;
import io.millrace.api.datastream.Transformation.Inlet;
import io.millrace.core.function.CheckpointedFunction;
import io.millrace.core.function.CoFlatMapFunction;
import io.millrace.core.function.CoMapFunction;
import io.millrace.core.function.CoProcessFunction;
import io.millrace.core.function.Function;
import io.millrace.core.function.KeySelector;
import io.millrace.core.function.KeyedCoProcessFunction;
import io.millrace.core.function.RichFunction;
import io.millrace.core.types.TypeInference;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.CoFlatMapOperator;
import io.millrace.runtime.operators.CoMapOperator;
import io.millrace.runtime.operators.CoProcessOperator;
import io.millrace.runtime.operators.KeyedCoProcessOperator;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.submit.JobSubmissionException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Two streams for functions that take both; with state of keys if both are keyed alike. */
public final class ConnectedStreams<A, B> {
  private final DataStream<A> first;
  private final DataStream<B> second;
  private final boolean keyed;

  ConnectedStreams(DataStream<A> first, DataStream<B> second) {
    this.first = first;
    this.second = second;
    this.keyed = first.isKeyed() && second.isKeyed();
    if (keyed) {
      KeyedPair.requireSameKeys(
          "connect(...)", (KeyedStream<A, ?>) first, (KeyedStream<B, ?>) second);
    }
  }

  public StreamExecutionEnvironment getExecutionEnvironment() {
    return first.environment;
  }

  public DataStream<A> getFirstInput() {
    return first;
  }

  public DataStream<B> getSecondInput() {
    return second;
  }

  /** Partitions both streams so that records of one key meet. */
  public <K> ConnectedStreams<A, B> keyBy(KeySelector<A, K> firstKey, KeySelector<B, K> secondKey) {
    return new ConnectedStreams<>(first.keyBy(firstKey), second.keyBy(secondKey));
  }

  public <R> SingleOutputStreamOperator<R> map(CoMapFunction<A, B, R> function) {
    return apply(
        "Co-Map",
        function,
        ClassOperatorFactory.of(CoMapOperator.class, function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  public <R> SingleOutputStreamOperator<R> flatMap(CoFlatMapFunction<A, B, R> function) {
    return apply(
        "Co-Flat Map",
        function,
        ClassOperatorFactory.of(CoFlatMapOperator.class, function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  public <R> SingleOutputStreamOperator<R> process(CoProcessFunction<A, B, R> function) {
    return apply(
        "Co-Process",
        function,
        ClassOperatorFactory.of(CoProcessOperator.class, function, keyed),
        refusing(() -> TypeInference.outputOf(function)));
  }

  /**
   * @throws JobSubmissionException if not both streams are keyed
   */
  public <K, R> SingleOutputStreamOperator<R> process(KeyedCoProcessFunction<K, A, B, R> function) {
    if (!keyed) {
      throw new JobSubmissionException(
          "A KeyedCoProcessFunction needs keys on both streams: connect(...).keyBy(first, second)");
    }
    return apply(
        "Keyed Co-Process",
        function,
        ClassOperatorFactory.of(KeyedCoProcessOperator.class, function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  private <R> R refusing(Supplier<R> type) {
    return TypeRefusals.at("connect(...)", first, type);
  }

  private <R> SingleOutputStreamOperator<R> apply(
      String name, Function function, OperatorFactory factory, TypeInformation<R> type) {
    boolean stateful =
        function instanceof CheckpointedFunction || (keyed && function instanceof RichFunction);
    List<Inlet> inlets = new ArrayList<>(first.inlets(0));
    inlets.addAll(second.inlets(1));
    return new SingleOutputStreamOperator<>(
        first.environment,
        first.environment.add(Definition.operator(name, stateful, factory, type), inlets));
  }
}

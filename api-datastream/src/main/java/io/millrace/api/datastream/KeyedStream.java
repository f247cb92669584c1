package io.millrace.api.datastream;

import io.millrace.api.datastream.Origin.Keying;
import io.millrace.api.datastream.Transformation.Definition;
import io.millrace.core.function.KeySelector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.ReduceFunction;
import io.millrace.core.types.TypeInference;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.KeyedProcessOperator;
import io.millrace.runtime.operators.ReduceOperator;
import java.util.List;

/** A stream partitioned by key: functions on it may keep state of each key, and timers. */
public final class KeyedStream<T, K> extends DataStream<T> {
  private final Keying<T, K> keying;

  KeyedStream(
      StreamExecutionEnvironment environment, List<Origin<T>> origins, Keying<T, K> keying) {
    super(environment, origins);
    this.keying = keying;
  }

  public KeySelector<T, K> getKeySelector() {
    return keying.selector();
  }

  public TypeInformation<K> getKeyType() {
    return keying.type();
  }

  public <R> SingleOutputStreamOperator<R> process(KeyedProcessFunction<K, T, R> function) {
    return process(
        function, TypeRefusals.at("process(...)", this, () -> TypeInference.outputOf(function)));
  }

  public <R> SingleOutputStreamOperator<R> process(
      KeyedProcessFunction<K, T, R> function, TypeInformation<R> outputType) {
    return apply(
        Definition.operator(
            "Keyed Process",
            true,
            ClassOperatorFactory.of(KeyedProcessOperator.class, function),
            outputType));
  }

  /** Combines each record with what came before it for its key, and emits the result each time. */
  public SingleOutputStreamOperator<T> reduce(ReduceFunction<T> reducer) {
    TypeInformation<T> type = getType();
    return apply(
        Definition.operator(
            "Reduce", true, ClassOperatorFactory.of(ReduceOperator.class, reducer, type), type));
  }

  /** Groups each key's records by event time. */
  public WindowedStream<T, K, TimeWindow> window(WindowAssigner assigner) {
    return new WindowedStream<>(this, assigner);
  }

  /**
   * Pairs this stream's records with another's of the same key whose times are near enough.
   *
   * @throws io.millrace.runtime.submit.JobSubmissionException if the other's key is of another type
   */
  public <R> IntervalJoin<T, R, K> intervalJoin(KeyedStream<R, K> other) {
    requireSameEnvironment(other);
    return new IntervalJoin<>(KeyedPair.of("intervalJoin(...)", this, other));
  }

  @Override
  boolean isKeyed() {
    return true;
  }

  Keying<T, K> keying() {
    return keying;
  }
}

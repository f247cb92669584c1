package io.millrace.api.datastream;

import io.millrace.api.datastream.Transformation.Definition;
import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.function.ReduceFunction;
import io.millrace.core.function.WindowFunction;
import io.millrace.core.types.TypeInference;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.Window;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.window.SessionWindowOperator;
import io.millrace.runtime.operators.window.WindowElementsType;
import io.millrace.runtime.operators.window.WindowEvaluation;
import io.millrace.runtime.operators.window.WindowFold;
import io.millrace.runtime.operators.window.WindowOperator;
import io.millrace.runtime.operators.window.WindowSpec;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A keyed stream whose records are grouped by windows of event time. Results carry the last
 * millisecond of their window as timestamp.
 *
 * @param <W> the kind of window
 */
public final class WindowedStream<T, K, W extends Window> {
  private final KeyedStream<T, K> input;
  private final WindowAssigner assigner;
  private long lateness;
  private OutputTag<T> lateTag;
  private boolean nonParallel;

  WindowedStream(KeyedStream<T, K> input, WindowAssigner assigner) {
    this.input = input;
    this.assigner = assigner;
  }

  /**
   * How long after the watermark has passed a window's end the window still takes records; each of
   * them has the window's result emitted again. The default is zero.
   */
  public WindowedStream<T, K, W> allowedLateness(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("Allowed lateness must not be negative: " + time);
    }
    lateness = time.toMillis();
    return this;
  }

  /**
   * Where records go that come too late. Without it they are dropped and counted in the counter
   * {@code lateRecordsDropped}.
   */
  public WindowedStream<T, K, W> sideOutputLateData(OutputTag<T> tag) {
    lateTag = tag;
    return this;
  }

  public SingleOutputStreamOperator<T> reduce(ReduceFunction<T> function) {
    TypeInformation<T> type = input.getType();
    return evaluate(
        "Window Reduce",
        new WindowFold.Reduce<>(function),
        type,
        new WindowEvaluation.Emit<>(),
        type);
  }

  public <R> SingleOutputStreamOperator<R> reduce(
      ReduceFunction<T> reducer, ProcessWindowFunction<T, R, K, W> function) {
    return evaluate(
        "Window Reduce",
        new WindowFold.Reduce<>(reducer),
        input.getType(),
        processing(function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  public <R> SingleOutputStreamOperator<R> reduce(
      ReduceFunction<T> reducer, WindowFunction<T, R, K, W> function) {
    return evaluate(
        "Window Reduce",
        new WindowFold.Reduce<>(reducer),
        input.getType(),
        applying(function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  public <A, R> SingleOutputStreamOperator<R> aggregate(AggregateFunction<T, A, R> function) {
    return evaluate(
        "Window Aggregate",
        new WindowFold.Aggregate<>(function),
        refusing(() -> TypeInference.accumulatorOf(function)),
        new WindowEvaluation.Emit<>(),
        refusing(() -> TypeInference.outputOf(function)));
  }

  public <A, V, R> SingleOutputStreamOperator<R> aggregate(
      AggregateFunction<T, A, V> aggregator, ProcessWindowFunction<V, R, K, W> function) {
    return evaluate(
        "Window Aggregate",
        new WindowFold.Aggregate<>(aggregator),
        refusing(() -> TypeInference.accumulatorOf(aggregator)),
        processing(function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  public <A, V, R> SingleOutputStreamOperator<R> aggregate(
      AggregateFunction<T, A, V> aggregator, WindowFunction<V, R, K, W> function) {
    return evaluate(
        "Window Aggregate",
        new WindowFold.Aggregate<>(aggregator),
        refusing(() -> TypeInference.accumulatorOf(aggregator)),
        applying(function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  /** Evaluates each window over all its records, in the order of their arrival; they are kept. */
  public <R> SingleOutputStreamOperator<R> process(ProcessWindowFunction<T, R, K, W> function) {
    return evaluate(
        "Window Process",
        new WindowFold.Collect<T>(),
        new WindowElementsType<>(input.getType()),
        processing(function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  /** Evaluates each window over all its records, in the order of their arrival; they are kept. */
  public <R> SingleOutputStreamOperator<R> apply(WindowFunction<T, R, K, W> function) {
    return evaluate(
        "Window Apply",
        new WindowFold.Collect<T>(),
        new WindowElementsType<>(input.getType()),
        applying(function),
        refusing(() -> TypeInference.outputOf(function)));
  }

  WindowedStream<T, K, W> nonParallel() {
    nonParallel = true;
    return this;
  }

  // Windows of event time are TimeWindows; W is there so that programs read as they did.
  @SuppressWarnings("unchecked")
  private static <K, E, V, O, W extends Window> WindowEvaluation<K, V, O> processing(
      ProcessWindowFunction<E, O, K, W> function) {
    return new WindowEvaluation.Process<>((ProcessWindowFunction<E, O, K, TimeWindow>) function);
  }

  @SuppressWarnings("unchecked")
  private static <K, E, V, O, W extends Window> WindowEvaluation<K, V, O> applying(
      WindowFunction<E, O, K, W> function) {
    return new WindowEvaluation.Apply<>((WindowFunction<E, O, K, TimeWindow>) function);
  }

  private <R> R refusing(Supplier<R> type) {
    return TypeRefusals.at("window(...)", input, type);
  }

  private <A, V, R> SingleOutputStreamOperator<R> evaluate(
      String name,
      WindowFold<T, A, V> fold,
      TypeInformation<A> accumulator,
      WindowEvaluation<K, V, R> evaluation,
      TypeInformation<R> type) {
    WindowSpec<K, T, A, V, R> spec =
        new WindowSpec<>(assigner, fold, accumulator, evaluation, lateness, lateTag);
    Class<?> operator =
        assigner instanceof EventTimeSessionWindows
            ? SessionWindowOperator.class
            : WindowOperator.class;
    SingleOutputStreamOperator<R> result =
        input.apply(
            Definition.operator(
                name,
                true,
                ClassOperatorFactory.of(operator.asSubclass(Operator.class), spec),
                type));
    if (lateTag != null) {
      result.transformation.setSideType(lateTag.id(), input.getType());
    }
    return nonParallel ? result.forceNonParallel() : result;
  }
}

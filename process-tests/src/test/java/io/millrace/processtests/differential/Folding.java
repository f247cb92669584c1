package io.millrace.processtests.differential;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.AggregatingState;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapState;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingState;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;
import java.util.Map;

/** Sums the records of a key in one of the kinds of state, and says it when there are no more. */
final class Folding extends KeyedProcessFunction<Object, Object, Object> {
  private static final long serialVersionUID = 1L;

  private final KeyedStep.Kind kind;
  private final Shape shape;
  private final TypeInformation<Object> type;
  private transient ValueState<Object> value;
  private transient ValueState<Long> least;
  private transient ValueState<Long> sum;
  private transient ReducingState<Object> reducing;
  private transient AggregatingState<Object, Object> aggregating;
  private transient ListState<Object> list;
  private transient MapState<Long, Object> map;

  Folding(KeyedStep.Kind kind, Shape shape, TypeInformation<Object> type) {
    this.kind = kind;
    this.shape = shape;
    this.type = type;
  }

  @Override
  public void open(OpenContext context) {
    Shape of = shape;
    switch (kind) {
      case FOLD_VALUE ->
          value = getRuntimeContext().getState(new ValueStateDescriptor<>("v", type));
      case FOLD_LONGS -> {
        least = getRuntimeContext().getState(new ValueStateDescriptor<>("least", Long.class));
        sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class));
      }
      case FOLD_REDUCING ->
          reducing =
              getRuntimeContext()
                  .getReducingState(
                      new ReducingStateDescriptor<>("r", (x, y) -> plus(of, x, y), type));
      case FOLD_AGGREGATING ->
          aggregating =
              getRuntimeContext()
                  .getAggregatingState(
                      new AggregatingStateDescriptor<>("a", new Sum(of), Sum.TYPE));
      case FOLD_LIST ->
          list = getRuntimeContext().getListState(new ListStateDescriptor<>("l", type));
      case FOLD_MAP ->
          map =
              getRuntimeContext()
                  .getMapState(new MapStateDescriptor<>("m", TypeInformation.of(Long.class), type));
      default -> throw new IllegalArgumentException(kind.toString());
    }
  }

  static Object plus(Shape shape, Object x, Object y) {
    return shape.of(Math.min(shape.a(x), shape.a(y)), Row.sum(shape.b(x), shape.b(y)));
  }

  private Object sumOf(Object before, Object next) {
    return before == null ? next : plus(shape, before, next);
  }

  @Override
  public void processElement(Object r, Context<Object> ctx, Collector<Object> out)
      throws Exception {
    switch (kind) {
      case FOLD_VALUE -> value.update(sumOf(value.value(), r));
      case FOLD_LONGS -> {
        Long smallest = least.value();
        least.update(smallest == null ? shape.a(r) : Math.min(smallest, shape.a(r)));
        Long before = sum.value();
        sum.update(before == null ? shape.b(r) : Row.sum(before, shape.b(r)));
      }
      case FOLD_REDUCING -> reducing.add(r);
      case FOLD_AGGREGATING -> aggregating.add(r);
      case FOLD_LIST -> list.add(r);
      default -> {
        Long part = shape.b(r) % 7;
        map.put(part, sumOf(map.get(part), r));
      }
    }
    ctx.timerService().registerEventTimeTimer(KeyedStep.END);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext<Object> ctx, Collector<Object> out)
      throws Exception {
    Object result = null;
    switch (kind) {
      case FOLD_VALUE -> {
        result = value.value();
        value.clear();
      }
      case FOLD_LONGS -> result = shape.of(least.value(), sum.value());
      case FOLD_REDUCING -> result = reducing.get();
      case FOLD_AGGREGATING -> result = aggregating.get();
      case FOLD_LIST -> {
        for (Object each : list.get()) {
          result = sumOf(result, each);
        }
        list.clear();
      }
      default -> {
        for (Map.Entry<Long, Object> each : map.entries()) {
          result = sumOf(result, each.getValue());
        }
        map.clear();
      }
    }
    out.collect(result);
  }

  /** With an accumulator that is a record of primitives. */
  static final class Sum implements AggregateFunction<Object, Sum.Sums, Object> {
    private static final long serialVersionUID = 1L;

    static final TypeInformation<Sums> TYPE = TypeInformation.of(Sums.class);

    private final Shape shape;

    Sum(Shape shape) {
      this.shape = shape;
    }

    record Sums(long least, long sum) {}

    @Override
    public Sums createAccumulator() {
      return new Sums(Row.MOST_A, 0);
    }

    @Override
    public Sums add(Object r, Sums sums) {
      return new Sums(Math.min(sums.least, shape.a(r)), Row.sum(sums.sum, shape.b(r)));
    }

    @Override
    public Object getResult(Sums sums) {
      return shape.of(sums.least, sums.sum);
    }

    @Override
    public Sums merge(Sums x, Sums y) {
      return new Sums(Math.min(x.least, y.least), Row.sum(x.sum, y.sum));
    }
  }
}

package io.millrace.processtests.differential;

import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.types.TypeInformation;

/** Numbers the records of a key and looks at the one before. */
final class LastValue extends KeyedProcessFunction<Object, Object, Object> {
  private static final long serialVersionUID = 1L;

  private final Shape shape;
  private final TypeInformation<Object> type;
  private transient ValueState<Object> last;
  private transient ValueState<Long> count;

  LastValue(Shape shape, TypeInformation<Object> type) {
    this.shape = shape;
    this.type = type;
  }

  static long result(long number, long last, long now) {
    return Row.after(Row.after(number, last), now);
  }

  @Override
  public void open(OpenContext context) {
    last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", type));
    count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
  }

  @Override
  public void processElement(Object r, Context<Object> ctx, Collector<Object> out)
      throws Exception {
    Long counted = count.value();
    long number = counted == null ? 1 : counted + 1;
    count.update(number);
    Object before = last.value();
    out.collect(
        shape.of(shape.a(r), result(number, before == null ? 0 : shape.b(before), shape.b(r))));
    last.update(r);
  }
}

package io.millrace.processtests.differential;

import io.millrace.api.datastream.DataStream;
import io.millrace.api.datastream.SingleOutputStreamOperator;
import io.millrace.core.function.Collector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Steps without keys.
 *
 * @param number differs from step to step
 */
record PlainStep(Kind kind, int number) implements Step {
  enum Kind {
    MAP,
    NEW_KEYS,
    FILTER,
    FLAT_MAP,
    TIMESTAMP,
    UNCHAINED,
    REBALANCED,
    SHUFFLED,
    GLOBAL,
    CUSTOM,
    SIDE_OUTPUT,
    TWO_CONSUMERS;

    /** Whether the order of records is what it was. */
    boolean isOrdered() {
      return ordinal() <= UNCHAINED.ordinal();
    }
  }

  @Override
  public Flow apply(Flow flow) {
    Shape shape = flow.shape();
    DataStream<Object> stream = flow.stream();
    int n = number;
    return switch (kind) {
      case MAP -> flow.then(stream.map(r -> shape.of(shape.a(r), Row.after(shape.b(r), n))));
      case NEW_KEYS -> flow.then(stream.map(r -> shape.of(newA(shape.a(r), n), shape.b(r))));
      case FILTER -> flow.then(stream.filter(r -> isKept(shape.b(r), n)));
      case FLAT_MAP ->
          flow.then(
              stream.flatMap(
                  (Object r, Collector<Object> out) -> {
                    for (int i = 0; i < fanOut(shape.b(r), n); i++) {
                      out.collect(shape.of(shape.a(r), Row.sum(shape.b(r), i)));
                    }
                  }));
      case TIMESTAMP -> flow.then(stream.process(new AddTime(shape)));
      case UNCHAINED -> flow.then(stream.map(r -> r).disableChaining());
      case REBALANCED -> widened(flow, stream.rebalance());
      case SHUFFLED -> widened(flow, stream.shuffle());
      case GLOBAL -> widened(flow, stream.global());
      case CUSTOM ->
          widened(
              flow,
              stream.partitionCustom(
                  (Long key, int channels) -> (int) (key % channels), r -> shape.b(r) / 7));
      case SIDE_OUTPUT -> sideOutput(flow);
      case TWO_CONSUMERS -> twoConsumers(flow);
    };
  }

  /** An operator behind an exchange to all subtasks. */
  private static Flow widened(Flow flow, DataStream<Object> exchanged) {
    return new Flow(
        exchanged.map(r -> r).returns(flow.type()).setParallelism(flow.wide()),
        flow.shape(),
        flow.whole(),
        flow.wide(),
        flow.wide());
  }

  private Flow sideOutput(Flow flow) {
    String odd = "odd " + number;
    SingleOutputStreamOperator<Object> even =
        flow.stream()
            .process(new Divert(flow.shape(), odd))
            .returns(flow.type())
            .setParallelism(flow.parallelism());
    // The tag says no type, so the side output is written with the classes of its records.
    DataStream<Object> typed =
        flow.then(even.getSideOutput(new OutputTag<Object>(odd)).map(r -> r)).stream();
    return flow.then(even.union(typed).map(r -> r));
  }

  private Flow twoConsumers(Flow flow) {
    Shape shape = flow.shape();
    int n = number;
    DataStream<Object> one =
        flow.then(flow.stream().map(r -> shape.of(shape.a(r), Row.after(shape.b(r), n)))).stream();
    DataStream<Object> other = flow.then(flow.stream().filter(r -> isKept(shape.b(r), n))).stream();
    return flow.then(one.union(other).map(r -> r));
  }

  @Override
  public List<Row> reference(List<Row> rows) {
    List<Row> out = new ArrayList<>();
    for (Row row : rows) {
      switch (kind) {
        case MAP -> out.add(mapped(row));
        case NEW_KEYS -> out.add(new Row(newA(row.a(), number), row.b(), row.time()));
        case FILTER -> Stream.of(row).filter(r -> isKept(r.b(), number)).forEach(out::add);
        case FLAT_MAP -> {
          for (int i = 0; i < fanOut(row.b(), number); i++) {
            out.add(new Row(row.a(), Row.sum(row.b(), i), row.time()));
          }
        }
        case TIMESTAMP ->
            out.add(new Row(row.a(), Row.after(row.b(), row.time() & Row.MASK), row.time()));
        case TWO_CONSUMERS -> {
          out.add(mapped(row));
          Stream.of(row).filter(r -> isKept(r.b(), number)).forEach(out::add);
        }
        default -> out.add(row);
      }
    }
    return out;
  }

  private Row mapped(Row row) {
    return new Row(row.a(), Row.after(row.b(), number), row.time());
  }

  private static long newA(long a, int n) {
    return (a * 31 + n) & Row.MOST_A;
  }

  private static boolean isKept(long b, int n) {
    return (b + n) % 4 != 0;
  }

  private static long fanOut(long b, int n) {
    return (b + n) % 3;
  }

  private static final class AddTime extends ProcessFunction<Object, Object> {
    private static final long serialVersionUID = 1L;

    private final Shape shape;

    AddTime(Shape shape) {
      this.shape = shape;
    }

    @Override
    public void processElement(Object r, Context ctx, Collector<Object> out) {
      out.collect(shape.of(shape.a(r), Row.after(shape.b(r), ctx.timestamp() & Row.MASK)));
    }
  }

  private static final class Divert extends ProcessFunction<Object, Object> {
    private static final long serialVersionUID = 1L;

    private final Shape shape;
    private final String odd;

    Divert(Shape shape, String odd) {
      this.shape = shape;
      this.odd = odd;
    }

    @Override
    public void processElement(Object r, Context ctx, Collector<Object> out) {
      if (shape.b(r) % 2 == 1) {
        ctx.output(new OutputTag<>(odd), r);
      } else {
        out.collect(r);
      }
    }
  }
}

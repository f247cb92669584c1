package io.millrace.benchmarks.micro;

import io.millrace.core.function.FilterFunction;
import io.millrace.core.function.MapFunction;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.runtime.operators.FilterOperator;
import io.millrace.runtime.operators.MapOperator;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.OperatorContext;
import io.millrace.runtime.operators.Receiver;
import io.millrace.runtime.task.ClassCopies;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A record through a chain of maps and filters in turn, each from a class of its own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChainHopBenchmark {
  /** Operators in the chain. */
  @Param({"1", "5"})
  public int operators;

  private Receiver<Long> head;
  private long sum;
  private long next;

  /** Wires the chain from its end. */
  @Setup
  public void wire() {
    ClassCopies copies = new ClassCopies();
    head = (value, timestamp) -> sum += value;
    for (int i = operators - 1; i >= 0; i--) {
      head = i % 2 == 0 ? map(copies, i, head) : filter(copies, i, head);
    }
  }

  private static Receiver<Long> map(ClassCopies copies, int place, Receiver<Long> out) {
    MapFunction<Long, Long> function = value -> value + 1;
    return wired(copies.at("op" + place).make(operatorClass(MapOperator.class), function), out);
  }

  private static Receiver<Long> filter(ClassCopies copies, int place, Receiver<Long> out) {
    FilterFunction<Long> function = value -> value >= 0;
    return wired(copies.at("op" + place).make(operatorClass(FilterOperator.class), function), out);
  }

  @SuppressWarnings("unchecked") // copies are only ever seen as their supertypes
  private static Class<Operator<Long>> operatorClass(Class<?> type) {
    return (Class<Operator<Long>>) type;
  }

  @SuppressWarnings("unchecked") // a one-input operator is the receiver of its input
  private static Receiver<Long> wired(Operator<Long> operator, Receiver<Long> out) {
    OperatorContext unused =
        (OperatorContext)
            Proxy.newProxyInstance(
                ChainHopBenchmark.class.getClassLoader(),
                new Class<?>[] {OperatorContext.class},
                (proxy, method, arguments) -> {
                  throw new UnsupportedOperationException(method.getName());
                });
    operator.setup(unused, out);
    return (Receiver<Long>) operator;
  }

  /** One record through the whole chain. */
  @Benchmark
  public long record() throws Exception {
    head.process(next++, TimestampAssigner.NO_TIMESTAMP);
    return sum;
  }
}

package io.millrace.core.function;

/** One record in, any number of records out. */
@FunctionalInterface
public interface FlatMapFunction<I, O> extends Function {
  void flatMap(I value, Collector<O> out) throws Exception;
}

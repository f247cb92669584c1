package io.millrace.core.function;

/** Makes any number of records of a pair that a join has found. */
@FunctionalInterface
public interface FlatJoinFunction<A, B, O> extends Function {
  void join(A first, B second, Collector<O> out) throws Exception;
}

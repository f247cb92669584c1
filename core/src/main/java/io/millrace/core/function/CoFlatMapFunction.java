package io.millrace.core.function;

/** A flat map over two connected streams. */
public interface CoFlatMapFunction<A, B, O> extends Function {
  void flatMap1(A value, Collector<O> out) throws Exception;

  void flatMap2(B value, Collector<O> out) throws Exception;
}

package io.millrace.core.function;

/** A map over two connected streams. */
public interface CoMapFunction<A, B, O> extends Function {
  O map1(A value) throws Exception;

  O map2(B value) throws Exception;
}

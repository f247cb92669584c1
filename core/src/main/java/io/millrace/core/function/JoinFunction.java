package io.millrace.core.function;

/** Makes one record of a pair that a join has found. */
@FunctionalInterface
public interface JoinFunction<A, B, O> extends Function {
  O join(A first, B second) throws Exception;
}

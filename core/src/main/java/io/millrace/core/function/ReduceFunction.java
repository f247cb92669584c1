package io.millrace.core.function;

/** Combines two values into one of the same type; must be associative. */
@FunctionalInterface
public interface ReduceFunction<T> extends Function {
  T reduce(T left, T right) throws Exception;
}

package io.millrace.core.function;

/** Keeps the records for which {@link #filter} is true. */
@FunctionalInterface
public interface FilterFunction<T> extends Function {
  boolean filter(T value) throws Exception;
}

package io.millrace.core.function;

/** One record in, one record out. */
@FunctionalInterface
public interface MapFunction<I, O> extends Function {
  O map(I value) throws Exception;
}

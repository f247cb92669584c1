package io.millrace.core.function;

import io.millrace.core.window.Window;

/** Evaluates a window over all its elements. */
@FunctionalInterface
public interface WindowFunction<I, O, K, W extends Window> extends Function {
  void apply(K key, W window, Iterable<I> input, Collector<O> out) throws Exception;
}

package io.millrace.benchmarks.workload;

import io.millrace.core.function.Function;

/** The hash of a result; equal sums of them mean equal results, in whatever order. */
@FunctionalInterface
public interface RecordHash<T> extends Function {
  long of(T record);
}

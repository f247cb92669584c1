package io.millrace.benchmarks.workload;

/** A number with a key. */
public record KeyedValue(long key, long value) {}

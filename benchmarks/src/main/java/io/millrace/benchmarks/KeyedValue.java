package io.millrace.benchmarks;

/** A number with a key. */
public record KeyedValue(long key, long value) {}

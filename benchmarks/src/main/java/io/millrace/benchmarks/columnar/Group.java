package io.millrace.benchmarks.columnar;

/** What is kept of a key: how many rows it has, and their sum. */
public record Group(long rows, long sum) {}

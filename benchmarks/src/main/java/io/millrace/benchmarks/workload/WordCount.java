package io.millrace.benchmarks.workload;

/** How often a word has come. */
public record WordCount(String word, long count) {}

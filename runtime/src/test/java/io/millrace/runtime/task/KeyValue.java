package io.millrace.runtime.task;

/** A keyed number. */
public record KeyValue(long key, long value) {}

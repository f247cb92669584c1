package io.millrace.testkit;

/**
 * A record that an operator emitted.
 *
 * @param timestamp event time in milliseconds
 */
public record Emitted<T>(T value, long timestamp) {}

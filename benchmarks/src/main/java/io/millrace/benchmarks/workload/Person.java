package io.millrace.benchmarks.workload;

/**
 * Somebody who may sell.
 *
 * @param time of the event, milliseconds since the epoch
 */
public record Person(long id, long time) {}

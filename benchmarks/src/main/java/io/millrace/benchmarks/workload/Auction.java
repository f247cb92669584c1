package io.millrace.benchmarks.workload;

/**
 * What somebody offers.
 *
 * @param seller a person's id
 * @param time of the event, milliseconds since the epoch
 */
public record Auction(long number, long seller, long time) {}

package io.millrace.benchmarks.workload;

/**
 * A bid of an auction.
 *
 * @param time of the event, milliseconds since the epoch
 */
public record Bid(long auction, long bidder, long price, long time) {}

package io.millrace.benchmarks.workload;

/**
 * How many bids an auction had in a window.
 *
 * @param windowEnd exclusive, milliseconds since the epoch
 */
public record AuctionBids(long auction, long windowEnd, long bids) {}

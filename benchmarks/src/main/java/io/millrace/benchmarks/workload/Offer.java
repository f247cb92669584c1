package io.millrace.benchmarks.workload;

/**
 * An auction in the window in which its seller is new.
 *
 * @param windowEnd exclusive, milliseconds since the epoch
 */
public record Offer(long seller, long windowEnd, long auction) {}

package io.millrace.examples.hotauctions;

/**
 * Bids on an auction in the window that ends at {@code windowEnd} (exclusive, milliseconds since
 * the epoch).
 */
public record AuctionCount(long windowEnd, long auction, long bids) {}

package io.millrace.examples.hotauctions;

/**
 * A bid in an auction; fields as in Nexmark, with an id for the ledger.
 *
 * @param dateTime when it was made, milliseconds since the epoch
 */
public record Bid(long id, long auction, long bidder, long price, String channel, long dateTime) {}

package io.millrace.examples.hotauctions;

/** A bid and its number among the bids of its auction. */
public record LedgerEntry(long id, long auction, long sequence) {}

package io.millrace.testkit.simulation;

/** A line of the ledger job's output: the {@code sequence}-th record of its key. */
public record Ledger(long id, long key, long sequence) {}

package io.millrace.testkit.simulation;

/** A record of the ledger job's input. */
public record InputRecord(long id, long key) {}

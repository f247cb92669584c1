package io.millrace.processtests.badinput.jobs;

/**
 * A payment as the ledger numbers it.
 *
 * @param sequence of the payment in its account, from 1
 */
public record Entry(long id, String account, long sequence) {}

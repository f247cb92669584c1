package io.millrace.jobmanager;

/**
 * A question what a keyed state of a running job has for a key.
 *
 * @param uid of the operator
 * @param key as JSON; text may go without its quotes
 * @param live whether it is asked of the running subtask rather than of the last checkpoint
 */
public record StateQuery(String uid, String state, String key, boolean live) {}

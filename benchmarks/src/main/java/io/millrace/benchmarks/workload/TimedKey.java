package io.millrace.benchmarks.workload;

/**
 * A record whose way is timed.
 *
 * @param index the how manieth it is
 * @param due when it was to be sent, by {@link System#nanoTime}
 */
public record TimedKey(long key, long index, long due) {}

package io.millrace.core.function;

/** Picks the downstream channel of a key; the result must lie in {@code [0, numPartitions)}. */
@FunctionalInterface
public interface Partitioner<K> extends Function {
  int partition(K key, int numPartitions);
}

package io.millrace.core.function;

/**
 * Extracts the key by which records are partitioned; must be deterministic and side-effect free: it
 * is called several times a record, by the sender and the receiver, and by the latter also some
 * records ahead.
 */
@FunctionalInterface
public interface KeySelector<T, K> extends Function {
  K getKey(T value) throws Exception;
}

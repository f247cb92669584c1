package io.millrace.core.function;

/**
 * Extracts the key by which records are partitioned; must be deterministic and side-effect free.
 */
@FunctionalInterface
public interface KeySelector<T, K> extends Function {
  K getKey(T value) throws Exception;
}

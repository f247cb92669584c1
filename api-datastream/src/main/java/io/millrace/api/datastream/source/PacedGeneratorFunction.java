package io.millrace.api.datastream.source;

import io.millrace.core.function.Function;

/** Makes the record of a number that is due at a given time. */
@FunctionalInterface
public interface PacedGeneratorFunction<T> extends Function {
  /**
   * @param dueNanos when the record was to be made, by {@link System#nanoTime} of its process: what
   *     is late counts from then, whatever held the source up
   */
  T generate(long index, long dueNanos) throws Exception;
}

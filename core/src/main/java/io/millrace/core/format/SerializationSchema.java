package io.millrace.core.format;

import io.millrace.core.function.Function;

/** Records to bytes. */
@FunctionalInterface
public interface SerializationSchema<T> extends Function {
  default void open() throws Exception {}

  byte[] serialize(T element) throws Exception;
}

package io.millrace.api.datastream.source;

import io.millrace.core.function.Function;

/** Makes the record of a number; the same one each time it is asked, as after a failure it is. */
@FunctionalInterface
public interface GeneratorFunction<T> extends Function {
  T generate(long index) throws Exception;
}

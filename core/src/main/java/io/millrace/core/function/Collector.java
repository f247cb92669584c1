package io.millrace.core.function;

/** Takes the records a function emits. Valid only during the call it was passed to. */
public interface Collector<T> {
  void collect(T record);
}

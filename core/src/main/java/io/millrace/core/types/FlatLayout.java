package io.millrace.core.types;

/**
 * Stores values of a flat type (a primitive, or a record of primitives) as a fixed number of 64-bit
 * words in an array, without an object. Stateless and safe for use by any thread.
 */
public interface FlatLayout<T> {
  /** How many words one value takes. */
  int words();

  void store(T value, long[] page, int index);

  T load(long[] page, int index);
}

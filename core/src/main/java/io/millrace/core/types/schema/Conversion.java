package io.millrace.core.types.schema;

/** Turns a generic value of one schema into one of another; both may be null. */
@FunctionalInterface
interface Conversion {
  Conversion NONE = value -> value;

  Object convert(Object value);
}

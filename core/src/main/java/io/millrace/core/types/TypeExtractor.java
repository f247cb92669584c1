package io.millrace.core.types;

import java.lang.reflect.Type;

/** Finds the type information of a Java type. */
final class TypeExtractor {
  private TypeExtractor() {}

  static <T> TypeInformation<T> extract(Type type) {
    throw new UnsupportedTypeException("Type " + type + " is not known");
  }
}

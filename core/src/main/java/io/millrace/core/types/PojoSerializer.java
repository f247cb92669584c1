package io.millrace.core.types;

import io.millrace.core.types.Shape.Part;
import io.millrace.core.types.Shape.PojoShape;
import java.util.List;
import java.util.function.Function;

/** Mutable classes. */
record PojoSerializer() {
  static TypeSerializer<Object> create(
      PojoShape shape, Function<List<Part>, List<TypeSerializer<Object>>> parts) {
    throw new UnsupportedTypeException(shape.type().getName() + " is no record");
  }
}

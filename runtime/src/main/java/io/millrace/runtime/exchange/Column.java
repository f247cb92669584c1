package io.millrace.runtime.exchange;

import java.io.Serializable;
import java.util.Objects;

/** One column of a columnar batch; shipped by Java serialization with the edges that have it. */
public record Column(String name, Type type) implements Serializable {
  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /** How the values of a column lie. */
  public enum Type {
    /** All integers, booleans and times. */
    LONG,
    DOUBLE,
    /** Of any length, such as strings in UTF-8. */
    BYTES
  }

  ColumnVector newVector() {
    return switch (type) {
      case LONG -> new LongVector();
      case DOUBLE -> new DoubleVector();
      case BYTES -> new BytesVector();
    };
  }
}

package io.millrace.core.types;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/** Captures a generic type: {@code new TypeHint<List<String>>() {}}. */
public abstract class TypeHint<T> {
  private final Type type;

  protected TypeHint() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType superclass)) {
      throw new IllegalArgumentException(
          "Write new TypeHint<List<String>>() {}, with the type and the braces");
    }
    this.type = superclass.getActualTypeArguments()[0];
  }

  public final Type type() {
    return type;
  }
}

package io.millrace.core.types;

/** A serializer of values that never change, so that they need no copy. */
abstract class ImmutableSerializer<T> implements TypeSerializer<T> {
  @Override
  public final T copy(T value) {
    return value;
  }

  @Override
  public final T copyNullable(T value) {
    return value;
  }

  @Override
  public final boolean isImmutable() {
    return true;
  }
}

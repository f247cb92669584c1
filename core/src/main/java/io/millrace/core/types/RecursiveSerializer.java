package io.millrace.core.types;

/**
 * Stands for a serializer that is still being made, where a type contains itself, and counts the
 * levels.
 */
final class RecursiveSerializer implements TypeSerializer<Object> {
  private final String type;
  private final boolean immutable;
  private TypeSerializer<Object> target; // set once, before the serializer is published

  RecursiveSerializer(String type, boolean immutable) {
    this.type = type;
    this.immutable = immutable;
  }

  void resolve(TypeSerializer<Object> serializer) {
    this.target = serializer;
  }

  @Override
  public void write(Object value, BinaryWriter out) {
    out.enter();
    try {
      target.write(value, out);
    } finally {
      out.leave();
    }
  }

  @Override
  public Object read(BinaryReader in) {
    in.enter();
    try {
      return target.read(in);
    } finally {
      in.leave();
    }
  }

  @Override
  public Object copy(Object value) {
    if (immutable) {
      return value;
    }
    try {
      return target.copy(value);
    } catch (StackOverflowError e) {
      throw new UnsupportedTypeException(
          "A value of "
              + type
              + " is nested too deeply, or contains itself. Remedy: hold the elements in a List.");
    }
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }
}

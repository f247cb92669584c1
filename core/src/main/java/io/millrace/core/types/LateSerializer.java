package io.millrace.core.types;

/** Values with their class before them; a class must lie within the bound. */
record LateSerializer(Class<?> bound) implements TypeSerializer<Object> {
  @Override
  public void write(Object value, BinaryWriter out) {
    LateClass late = LateClass.of(value);
    out.enter();
    try {
      out.writeClassName(late.name());
      late.serializer().write(value, out);
    } finally {
      out.leave();
    }
  }

  @Override
  public Object read(BinaryReader in) {
    in.enter();
    try {
      Class<?> type = in.readClass();
      Object value = LateClass.ofTag(type).serializer().read(in);
      if (!bound.isInstance(value)) {
        throw new CorruptDataException(
            "A value of " + type.getName() + " where a " + bound.getName() + " belongs");
      }
      return value;
    } finally {
      in.leave();
    }
  }

  @Override
  public Object copy(Object value) {
    return LateClass.of(value).serializer().copy(value);
  }

  @Override
  public boolean isImmutable() {
    return false;
  }
}

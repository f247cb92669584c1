package io.millrace.core.types;

/** Values of a sealed type: the name of their class, then their fields. */
record SealedSerializer(
    Class<?> root,
    Class<?>[] classes,
    TypeSerializer<Object>[] serializers,
    NameTable names,
    boolean isImmutable)
    implements TypeSerializer<Object> {
  @Override
  public void write(Object value, BinaryWriter out) {
    int variant = find(value);
    names.write(variant, out);
    serializers[variant].write(value, out);
  }

  @Override
  public Object read(BinaryReader in) {
    return serializers[names.read(in)].read(in);
  }

  @Override
  public Object copy(Object value) {
    return isImmutable ? value : serializers[find(value)].copy(value);
  }

  private int find(Object value) {
    Class<?> type = value.getClass();
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] == type) {
        return i;
      }
    }
    // Enum constants with a body are of classes of their own.
    if (value instanceof Enum<?> constant) {
      type = constant.getDeclaringClass();
      for (int i = 0; i < classes.length; i++) {
        if (classes[i] == type) {
          return i;
        }
      }
    }
    throw new UnsupportedTypeException(
        type.getName()
            + " is a subclass that the sealed type "
            + root.getName()
            + " does not know. Remedy: name it in a permits clause.");
  }
}

package io.millrace.core.types;

import java.util.Arrays;

/** Enum constants by name. */
record EnumSerializer(Enum<?>[] constants, NameTable names) implements TypeSerializer<Enum<?>> {
  static EnumSerializer of(Class<?> type) {
    Enum<?>[] constants = (Enum<?>[]) type.getEnumConstants();
    return new EnumSerializer(
        constants,
        new NameTable(type.getName(), Arrays.stream(constants).map(Enum::name).toList()));
  }

  @Override
  public void write(Enum<?> value, BinaryWriter out) {
    names.write(value.ordinal(), out);
  }

  @Override
  public Enum<?> read(BinaryReader in) {
    return constants[names.read(in)];
  }

  @Override
  public Enum<?> copy(Enum<?> value) {
    return value;
  }

  @Override
  public boolean isImmutable() {
    return true;
  }
}

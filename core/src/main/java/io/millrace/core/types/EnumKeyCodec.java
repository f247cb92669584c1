package io.millrace.core.types;

import java.util.Arrays;

/** Enum constants by name: their own hash differs from JVM to JVM. */
record EnumKeyCodec(EnumSerializer serializer, int[] hashes) implements ObjectKeyCodec<Enum<?>> {
  static EnumKeyCodec of(Class<?> type) {
    EnumSerializer serializer = EnumSerializer.of(type);
    return new EnumKeyCodec(
        serializer,
        Arrays.stream(serializer.constants()).mapToInt(c -> KeyHash.ofString(c.name())).toArray());
  }

  @Override
  public int hash(Enum<?> key) {
    return hashes[key.ordinal()];
  }

  @Override
  public boolean sameKey(Enum<?> left, Enum<?> right) {
    return left == right;
  }

  @Override
  public void encode(Enum<?> key, BinaryWriter out) {
    serializer.write(key, out);
  }

  @Override
  public Enum<?> decode(BinaryReader in) {
    return serializer.read(in);
  }
}

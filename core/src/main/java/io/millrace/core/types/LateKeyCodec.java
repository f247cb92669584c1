package io.millrace.core.types;

/**
 * Keys known only as they come: encoded with their class, hashed as their class would be alone, so
 * that a typed and a late-typed stream send the same key to the same place.
 */
record LateKeyCodec() implements ObjectKeyCodec<Object> {
  @Override
  public int hash(Object key) {
    return LateClass.of(key).information().keyCodec().hash(key);
  }

  @Override
  public boolean sameKey(Object left, Object right) {
    LateClass late = LateClass.of(left);
    return late.type() == LateClass.of(right).type()
        && late.information().keyCodec().sameKey(left, right);
  }

  @Override
  public void encode(Object key, BinaryWriter out) {
    LateClass late = LateClass.of(key);
    // The whole name each time: the encoding must not depend on what the writer wrote before.
    out.writeString(late.name());
    late.information().keyCodec().encode(key, out);
  }

  @Override
  public Object decode(BinaryReader in) {
    Class<?> type = in.loadClass(in.readString());
    try {
      return LateClass.ofTag(type).information().keyCodec().decode(in);
    } catch (UnsupportedTypeException e) {
      throw new CorruptDataException("A key of class " + type.getName(), e);
    }
  }
}

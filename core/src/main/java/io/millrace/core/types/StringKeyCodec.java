package io.millrace.core.types;

/** Strings: hashed without being encoded, see {@link KeyHash#ofString}. */
record StringKeyCodec() implements ObjectKeyCodec<String> {
  @Override
  public int hash(String key) {
    return KeyHash.ofString(key);
  }

  @Override
  public boolean sameKey(String left, String right) {
    return left.equals(right);
  }

  @Override
  public void encode(String key, BinaryWriter out) {
    out.writeString(key);
  }

  @Override
  public String decode(BinaryReader in) {
    return in.readString();
  }

  @Override
  public void encodeNullable(String key, BinaryWriter out) {
    out.writeNullableString(key);
  }

  @Override
  public String decodeNullable(BinaryReader in) {
    return in.readNullableString();
  }
}

package io.millrace.core.types;

/** The codec of immutable values of the JDK: their serialized form, and their own equality. */
record SerializedKeyCodec<K>(TypeSerializer<K> serializer) implements ObjectKeyCodec<K> {
  @Override
  public int hash(K key) {
    BinaryWriter encoded = new BinaryWriter(32);
    serializer.write(key, encoded);
    return KeyHash.ofBytes(encoded.array(), 0, encoded.size());
  }

  @Override
  public boolean sameKey(K left, K right) {
    return left.equals(right);
  }

  @Override
  public void encode(K key, BinaryWriter out) {
    serializer.write(key, out);
  }

  @Override
  public K decode(BinaryReader in) {
    return serializer.read(in);
  }
}

package io.millrace.core.types;

import java.util.Arrays;

/** Arrays of primitives by their elements, in their serialized form. */
record PrimitiveArrayKeyCodec<K>(TypeSerializer<K> serializer) implements ObjectKeyCodec<K> {
  @Override
  public int hash(K key) {
    if (key instanceof byte[] bytes) {
      return KeyHash.ofBytes(bytes, 0, bytes.length);
    }
    BinaryWriter encoded = new BinaryWriter(64);
    serializer.write(key, encoded);
    return KeyHash.ofBytes(encoded.array(), 0, encoded.size());
  }

  @Override
  public boolean sameKey(K left, K right) {
    return Arrays.deepEquals(new Object[] {left}, new Object[] {right});
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

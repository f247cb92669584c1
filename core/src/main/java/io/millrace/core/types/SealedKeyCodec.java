package io.millrace.core.types;

import java.util.List;

/** Keys of a sealed type by the name of their class and their fields. */
record SealedKeyCodec(
    Class<?>[] classes, KeyCodec<Object>[] codecs, List<String> tags, NameTable names)
    implements ObjectKeyCodec<Object> {
  @Override
  public int hash(Object key) {
    int variant = find(key);
    long state = KeyHash.fold(KeyHash.start(2), KeyHash.word(tags.get(variant)));
    return KeyHash.finish(KeyHash.fold(state, codecs[variant].hash(key)));
  }

  @Override
  public boolean sameKey(Object left, Object right) {
    int variant = find(left);
    return variant == find(right) && codecs[variant].sameKey(left, right);
  }

  @Override
  public void encode(Object key, BinaryWriter out) {
    int variant = find(key);
    names.write(variant, out);
    codecs[variant].encode(key, out);
  }

  @Override
  public Object decode(BinaryReader in) {
    return codecs[names.read(in)].decode(in);
  }

  private int find(Object key) {
    Class<?> type = key instanceof Enum<?> constant ? constant.getDeclaringClass() : key.getClass();
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] == type) {
        return i;
      }
    }
    throw new UnsupportedTypeException(
        type.getName() + " is none of the subclasses " + tags + " of the sealed key type");
  }
}

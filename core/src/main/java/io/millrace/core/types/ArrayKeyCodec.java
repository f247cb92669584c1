package io.millrace.core.types;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/** Arrays of objects, as lists of their elements. */
record ArrayKeyCodec(Class<?> elementType, ListKeyCodec list) implements ObjectKeyCodec<Object[]> {
  ArrayKeyCodec(Class<?> elementType, KeyCodec<Object> element) {
    this(elementType, new ListKeyCodec(CollectionKind.LIST, element));
  }

  @Override
  public int hash(Object[] key) {
    return list.hash(Arrays.asList(key));
  }

  @Override
  public boolean sameKey(Object[] left, Object[] right) {
    return list.sameKey(Arrays.asList(left), Arrays.asList(right));
  }

  @Override
  public void encode(Object[] key, BinaryWriter out) {
    list.encode(Arrays.asList(key), out);
  }

  @Override
  public Object[] decode(BinaryReader in) {
    List<Object> elements = list.decode(in);
    try {
      return elements.toArray((Object[]) Array.newInstance(elementType, elements.size()));
    } catch (ArrayStoreException e) {
      throw new CorruptDataException("An element that is no " + elementType.getName(), e);
    }
  }
}

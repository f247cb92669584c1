package io.millrace.core.types;

import java.lang.reflect.Array;
import java.util.Arrays;

/** Arrays of objects. */
record ArraySerializer(Class<?> elementType, TypeSerializer<Object> element)
    implements TypeSerializer<Object[]> {
  @Override
  public void write(Object[] value, BinaryWriter out) {
    out.writeVarInt(value.length);
    for (Object e : value) {
      element.writeNullable(e, out);
    }
  }

  @Override
  public Object[] read(BinaryReader in) {
    int size = in.readSize(1);
    // Grown as elements are really there: a count from corrupt data costs no memory.
    Object[] result = (Object[]) Array.newInstance(elementType, Math.min(size, 1024));
    try {
      for (int i = 0; i < size; i++) {
        if (i == result.length) {
          result = Arrays.copyOf(result, (int) Math.min(size, 2L * i));
        }
        result[i] = element.readNullable(in);
      }
    } catch (ArrayStoreException e) {
      throw new CorruptDataException("An element that is no " + elementType.getName(), e);
    }
    return result;
  }

  @Override
  public Object[] copy(Object[] value) {
    Object[] result = (Object[]) Array.newInstance(elementType, value.length);
    for (int i = 0; i < value.length; i++) {
      result[i] = element.copyNullable(value[i]);
    }
    return result;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }
}

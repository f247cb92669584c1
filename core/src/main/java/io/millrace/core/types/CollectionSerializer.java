package io.millrace.core.types;

import java.util.Collection;

/** Collections in their iteration order; always copied, whoever says that they don't change. */
record CollectionSerializer(CollectionKind kind, TypeSerializer<Object> element)
    implements TypeSerializer<Collection<Object>> {
  @Override
  public void write(Collection<Object> value, BinaryWriter out) {
    NaturalOrder.check(value);
    out.writeVarInt(value.size());
    for (Object e : value) {
      element.writeNullable(e, out);
    }
  }

  @Override
  public Collection<Object> read(BinaryReader in) {
    int size = in.readSize(1);
    Collection<Object> result = kind.create(size);
    try {
      for (int i = 0; i < size; i++) {
        result.add(element.readNullable(in));
      }
    } catch (RuntimeException e) { // a null or an order that the collection, or a hash, refuses
      throw CorruptDataException.of(e, kind.type().getName());
    }
    return result;
  }

  @Override
  public Collection<Object> copy(Collection<Object> value) {
    NaturalOrder.check(value);
    Collection<Object> result = kind.create(value.size());
    for (Object e : value) {
      result.add(element.copyNullable(e));
    }
    return result;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }
}

package io.millrace.core.types;

import java.util.Map;

/** Maps in their iteration order; always copied, whoever says that they don't change. */
record MapSerializer(MapKind kind, TypeSerializer<Object> key, TypeSerializer<Object> value)
    implements TypeSerializer<Map<Object, Object>> {
  @Override
  public void write(Map<Object, Object> map, BinaryWriter out) {
    NaturalOrder.check(map);
    out.writeVarInt(map.size());
    for (Map.Entry<Object, Object> entry : map.entrySet()) {
      key.writeNullable(entry.getKey(), out);
      value.writeNullable(entry.getValue(), out);
    }
  }

  @Override
  public Map<Object, Object> read(BinaryReader in) {
    int size = in.readSize(2);
    Map<Object, Object> result = kind.create(size);
    try {
      for (int i = 0; i < size; i++) {
        Object k = key.readNullable(in);
        result.put(k, value.readNullable(in));
      }
    } catch (RuntimeException e) { // a null or an order that the map, or a key's hash, refuses
      throw CorruptDataException.of(e, kind.type().getName());
    }
    return result;
  }

  @Override
  public Map<Object, Object> copy(Map<Object, Object> map) {
    NaturalOrder.check(map);
    Map<Object, Object> result = kind.create(map.size());
    for (Map.Entry<Object, Object> entry : map.entrySet()) {
      result.put(key.copyNullable(entry.getKey()), value.copyNullable(entry.getValue()));
    }
    return result;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }
}

package io.millrace.core.types;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** Lists by their elements in order. */
record ListKeyCodec(CollectionKind kind, KeyCodec<Object> element)
    implements ObjectKeyCodec<List<Object>> {
  @Override
  public int hash(List<Object> key) {
    long state = KeyHash.start(key.size());
    for (Object e : key) {
      state = KeyHash.fold(state, KeyHash.word(element, e));
    }
    return KeyHash.finish(state);
  }

  @Override
  public boolean sameKey(List<Object> left, List<Object> right) {
    if (left.size() != right.size()) {
      return false;
    }
    Iterator<Object> others = right.iterator();
    for (Object e : left) {
      if (!KeyHash.same(element, e, others.next())) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void encode(List<Object> key, BinaryWriter out) {
    out.writeVarInt(key.size());
    for (Object e : key) {
      element.encodeNullable(e, out);
    }
  }

  @Override
  public List<Object> decode(BinaryReader in) {
    int size = in.readSize(1);
    Collection<Object> result = kind.create(size);
    for (int i = 0; i < size; i++) {
      result.add(element.decodeNullable(in));
    }
    return (List<Object>) result;
  }
}

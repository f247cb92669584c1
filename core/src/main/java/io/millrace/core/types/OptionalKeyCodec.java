package io.millrace.core.types;

import java.util.Optional;

/** Optional keys by what they hold. */
record OptionalKeyCodec(KeyCodec<Object> element) implements ObjectKeyCodec<Optional<Object>> {
  @Override
  public int hash(Optional<Object> key) {
    return KeyHash.finish(KeyHash.fold(KeyHash.start(1), KeyHash.word(element, key.orElse(null))));
  }

  @Override
  public boolean sameKey(Optional<Object> left, Optional<Object> right) {
    return KeyHash.same(element, left.orElse(null), right.orElse(null));
  }

  @Override
  public void encode(Optional<Object> key, BinaryWriter out) {
    element.encodeNullable(key.orElse(null), out);
  }

  @Override
  public Optional<Object> decode(BinaryReader in) {
    return Optional.ofNullable(element.decodeNullable(in));
  }
}

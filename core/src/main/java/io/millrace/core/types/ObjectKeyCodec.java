package io.millrace.core.types;

/** A codec of keys that are no integers. */
interface ObjectKeyCodec<K> extends KeyCodec<K> {
  @Override
  default boolean isLong() {
    return false;
  }

  @Override
  default long toLong(K key) {
    throw new UnsupportedOperationException(
        "Keys of this type are no integers; ask isLong() first");
  }

  @Override
  default K fromLong(long key) {
    throw new UnsupportedOperationException(
        "Keys of this type are no integers; ask isLong() first");
  }
}

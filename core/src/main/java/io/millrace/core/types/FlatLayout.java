package io.millrace.core.types;

/**
 * The layout of a flat type (a primitive, or a record of primitives): words alone. Stateless and
 * safe for use by any thread.
 */
public interface FlatLayout<T> extends RowLayout<T> {
  void store(T value, long[] page, int index);

  T load(long[] page, int index);

  @Override
  default int references() {
    return 0;
  }

  @Override
  default void store(T value, long[] words, int word, Object[] references, int reference) {
    store(value, words, word);
  }

  @Override
  default T load(long[] words, int word, Object[] references, int reference) {
    return load(words, word);
  }
}

package io.millrace.core.types;

/**
 * Takes values apart into 64-bit words and references, and puts them together again: a record of
 * primitives and immutable objects lies in arrays then, and needs no object of its own. Values that
 * are loaded are new ones, made by the canonical constructor. Stateless and safe for use by any
 * thread.
 */
public interface RowLayout<T> {
  /** How many words one value takes. */
  int words();

  /** How many references one value takes. */
  int references();

  /**
   * Takes a value apart.
   *
   * @param words where its words go from {@code word} on
   * @param references where its references go from {@code reference} on
   */
  void store(T value, long[] words, int word, Object[] references, int reference);

  /** Puts a value together. */
  T load(long[] words, int word, Object[] references, int reference);
}

package io.millrace.core.types;

/**
 * Writes and reads values of one type. Stateless and safe for use by any thread. A top-level value
 * is never null; fields and elements may be.
 */
public interface TypeSerializer<T> {
  void write(T value, BinaryWriter out);

  T read(BinaryReader in);

  /**
   * A value that shares nothing mutable with the argument; the argument itself if it is immutable.
   */
  T copy(T value);

  /** Whether values may be handed over and retained as they are. */
  boolean isImmutable();
}

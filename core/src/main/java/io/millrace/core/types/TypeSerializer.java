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

  /**
   * Writes a field or an element that may be null; always at least one byte, so that a count read
   * from corrupt data can be checked against the bytes that are left.
   */
  default void writeNullable(T value, BinaryWriter out) {
    if (value == null) {
      out.writeByte(0);
    } else {
      out.writeByte(1);
      write(value, out);
    }
  }

  /** Reads what {@link #writeNullable} wrote. */
  default T readNullable(BinaryReader in) {
    return in.readPresence() ? read(in) : null;
  }

  default T copyNullable(T value) {
    return value == null ? null : copy(value);
  }
}

package io.millrace.core.types.schema;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeSchema;

/**
 * Reads and writes values as a {@link TypeSchema} describes them, without the classes they were
 * made of: what a snapshot holds can be looked at, and turned into what a newer program reads
 * (invariant SE1). The values are generic:
 *
 * <ul>
 *   <li>of a basic type the Java value itself ({@code Long}, {@code String}, {@code Instant},
 *       {@code long[]});
 *   <li>of an enum the constant's name;
 *   <li>of a record or a POJO a {@link WrittenObject};
 *   <li>of a sealed type a {@link WrittenVariant};
 *   <li>of an optional an {@code Optional}, of an array or a collection a {@code List}, of a map a
 *       {@code Map} in the order in which the entries were written;
 *   <li>of a late-typed value that value: it alone needs its class, from the reader's class loader.
 * </ul>
 *
 * Stateless and safe for use by any thread.
 */
public interface WrittenType {
  /**
   * @throws CorruptDataException if the schema has a kind or name that no type has
   */
  static WrittenType of(TypeSchema schema) {
    return WrittenTypes.valuesOf(schema);
  }

  /**
   * Keys have an encoding of their own ({@link io.millrace.core.types.KeyCodec}); such values are
   * read and written by what this returns.
   *
   * @throws CorruptDataException if the schema has a kind or name that no key type has
   */
  static WrittenType ofKey(TypeSchema schema) {
    return WrittenTypes.keysOf(schema);
  }

  /**
   * @throws CorruptDataException if the bytes are no value of the type
   */
  Object read(BinaryReader in);

  void write(Object value, BinaryWriter out);

  /** Reads a field or an element, which may be null. */
  default Object readNullable(BinaryReader in) {
    return in.readPresence() ? read(in) : null;
  }

  /** Writes a field or an element, which may be null. */
  default void writeNullable(Object value, BinaryWriter out) {
    if (value == null) {
      out.writeByte(0);
    } else {
      out.writeByte(1);
      write(value, out);
    }
  }
}

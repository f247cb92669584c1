package io.millrace.core.types;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a snapshot says of a type: all that is needed to read its values without the program that
 * wrote them, and to compare them with the program that reads them (invariant SE1).
 *
 * @param name of the type, as in source code with full class names
 * @param parts fields in the order in which they are written; the element of an optional, array or
 *     collection; key and value of a map; the variants of a sealed type by their tags
 * @param constants of an enum, in order of declaration
 */
public record TypeSchema(Kind kind, String name, List<Part> parts, List<String> constants) {
  /** Of what is not there: a value of it has no bytes. */
  public static final TypeSchema NONE = leaf(Kind.BASIC, "none");

  private static final int FORMAT_VERSION = 1;
  private static final int MAX_DEPTH = 200;

  /** How values are written. */
  public enum Kind {
    BASIC,
    ENUM,
    RECORD,
    POJO,
    OPTIONAL,
    COLLECTION,
    MAP,
    ARRAY,
    SEALED,
    LATE,
    /** A type that encloses this place, by its name. */
    REFERENCE
  }

  /** A named part of a type. */
  public record Part(String name, TypeSchema schema) {}

  public TypeSchema {
    parts = List.copyOf(parts);
    constants = List.copyOf(constants);
  }

  static TypeSchema leaf(Kind kind, String name) {
    return new TypeSchema(kind, name, List.of(), List.of());
  }

  static TypeSchema late(Class<?> bound) {
    return leaf(Kind.LATE, bound.getName());
  }

  /** The class behind a schema of kind {@link Kind#BASIC}; empty if there is none of its name. */
  public Optional<Class<?>> basicType() {
    return kind == Kind.BASIC ? BasicTypes.byName(name) : Optional.empty();
  }

  /** The name without type arguments: of a record, a POJO, an enum or a sealed type its class. */
  public String className() {
    int arguments = name.indexOf('<');
    return arguments < 0 ? name : name.substring(0, arguments);
  }

  /** Writes the schema with a format version before it. */
  public void write(BinaryWriter out) {
    out.writeByte(FORMAT_VERSION);
    writeTree(out);
  }

  private void writeTree(BinaryWriter out) {
    out.writeString(kind.name());
    out.writeString(name);
    out.writeVarInt(parts.size());
    for (Part part : parts) {
      out.writeString(part.name());
      part.schema().writeTree(out);
    }
    out.writeVarInt(constants.size());
    constants.forEach(out::writeString);
  }

  /**
   * @throws CorruptDataException if the bytes are no schema, or of a later format
   */
  public static TypeSchema read(BinaryReader in) {
    int version = in.readByte();
    if (version != FORMAT_VERSION) {
      throw new CorruptDataException(
          "A type schema of format " + version + "; this build reads " + FORMAT_VERSION);
    }
    return readTree(in, 0);
  }

  private static TypeSchema readTree(BinaryReader in, int depth) {
    if (depth > MAX_DEPTH) {
      throw new CorruptDataException("A type schema nested more than " + MAX_DEPTH + " deep");
    }
    Kind kind = kindOf(in.readString());
    String name = in.readString();
    List<Part> parts = new ArrayList<>();
    for (int n = in.readSize(1); n > 0; n--) {
      String part = in.readString();
      parts.add(new Part(part, readTree(in, depth + 1)));
    }
    List<String> constants = new ArrayList<>();
    for (int n = in.readSize(1); n > 0; n--) {
      constants.add(in.readString());
    }
    return new TypeSchema(kind, name, parts, constants);
  }

  private static Kind kindOf(String name) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equals(name)) {
        return kind;
      }
    }
    throw new CorruptDataException("'" + name + "' is no kind of type");
  }
}

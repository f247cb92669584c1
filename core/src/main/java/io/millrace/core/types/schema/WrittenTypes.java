package io.millrace.core.types.schema;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Part;
import io.millrace.core.types.TypeSerializer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the {@link WrittenType} of a schema and of all its parts. One use, one thread. */
final class WrittenTypes {
  /** What the two encodings differ in. */
  private final boolean keys;

  /** The types around the one being made, by name: those that a reference may mean. */
  private final Map<String, Enclosing> enclosing = new HashMap<>();

  private WrittenTypes(boolean keys) {
    this.keys = keys;
  }

  static WrittenType valuesOf(TypeSchema schema) {
    return new WrittenTypes(false).type(schema);
  }

  static WrittenType keysOf(TypeSchema schema) {
    return new WrittenTypes(true).type(schema);
  }

  private WrittenType type(TypeSchema schema) {
    if (schema.kind() == TypeSchema.Kind.REFERENCE) {
      Enclosing target = enclosing.get(schema.name());
      if (target == null) {
        throw new CorruptDataException(
            "A schema refers to " + schema.name() + ", which does not enclose that place");
      }
      return target;
    }
    Enclosing self = new Enclosing();
    // A variant of a sealed type may be a class of the sealed type's own name: the outer one is
    // meant.
    boolean outermost = enclosing.putIfAbsent(schema.name(), self) == null;
    WrittenType type = create(schema);
    if (outermost) {
      enclosing.remove(schema.name());
    }
    self.target = type;
    return type;
  }

  private WrittenType create(TypeSchema schema) {
    switch (schema.kind()) {
      case BASIC:
        return basic(schema);
      case ENUM:
        return new Constant(schema);
      case RECORD:
      case POJO:
        return new Fields(schema, parts(schema));
      case OPTIONAL:
        return new Perhaps(only(schema, "element"));
      case COLLECTION:
      case ARRAY:
        return new Elements(only(schema, "element"));
      case MAP:
        List<WrittenType> parts = parts(schema);
        if (parts.size() != 2) {
          throw malformed(schema);
        }
        return new Entries(parts.get(0), parts.get(1));
      case SEALED:
        Map<String, WrittenType> variants = new LinkedHashMap<>();
        for (Part part : schema.parts()) {
          variants.put(part.name(), type(part.schema()));
        }
        return new Variants(schema.name(), variants);
      case LATE:
        return keys ? new LateKey() : new Late();
      default:
        throw malformed(schema);
    }
  }

  private WrittenType basic(TypeSchema schema) {
    if (schema.equals(TypeSchema.NONE)) {
      return new Nothing();
    }
    Class<?> type =
        schema
            .basicType()
            .orElseThrow(
                () -> new CorruptDataException("'" + schema.name() + "' is no basic type"));
    return keys ? new BasicKey(type) : new Basic(type);
  }

  private List<WrittenType> parts(TypeSchema schema) {
    List<WrittenType> types = new ArrayList<>();
    for (Part part : schema.parts()) {
      types.add(type(part.schema()));
    }
    return types;
  }

  private WrittenType only(TypeSchema schema, String name) {
    if (schema.parts().size() != 1 || !schema.parts().get(0).name().equals(name)) {
      throw malformed(schema);
    }
    return type(schema.parts().get(0).schema());
  }

  private static CorruptDataException malformed(TypeSchema schema) {
    return new CorruptDataException(
        "A schema of kind " + schema.kind() + " with the parts " + schema.parts());
  }

  /** Stands for a type that is still being made, where it contains itself. */
  private static final class Enclosing implements WrittenType {
    private WrittenType target; // set once, before the whole is published

    @Override
    public Object read(BinaryReader in) {
      in.enter();
      try {
        return target.read(in);
      } finally {
        in.leave();
      }
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      out.enter();
      try {
        target.write(value, out);
      } finally {
        out.leave();
      }
    }
  }

  /** No bytes. */
  private static final class Nothing implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      return Optional.empty();
    }

    @Override
    public void write(Object value, BinaryWriter out) {}
  }

  /** By the serializer of the Java type; primitive fields can't be null. */
  private static final class Basic implements WrittenType {
    private final TypeSerializer<Object> serializer;
    private final boolean primitive;

    @SuppressWarnings("unchecked")
    Basic(Class<?> type) {
      this.serializer = (TypeSerializer<Object>) TypeInformation.of(type).serializer();
      this.primitive = type.isPrimitive();
    }

    @Override
    public Object read(BinaryReader in) {
      return serializer.read(in);
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      serializer.write(value, out);
    }

    @Override
    public Object readNullable(BinaryReader in) {
      return primitive ? serializer.read(in) : serializer.readNullable(in);
    }

    @Override
    public void writeNullable(Object value, BinaryWriter out) {
      if (primitive) {
        serializer.write(value, out);
      } else {
        serializer.writeNullable(value, out);
      }
    }
  }

  /** The same for keys: integers of all widths are longs. */
  private static final class BasicKey implements WrittenType {
    private final KeyCodec<Object> codec;
    private final boolean primitive;

    @SuppressWarnings("unchecked")
    BasicKey(Class<?> type) {
      this.codec = (KeyCodec<Object>) TypeInformation.of(type).keyCodec();
      this.primitive = type.isPrimitive();
    }

    @Override
    public Object read(BinaryReader in) {
      return codec.decode(in);
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      codec.encode(value, out);
    }

    @Override
    public Object readNullable(BinaryReader in) {
      return primitive ? codec.decode(in) : codec.decodeNullable(in);
    }

    @Override
    public void writeNullable(Object value, BinaryWriter out) {
      if (primitive) {
        codec.encode(value, out);
      } else {
        codec.encodeNullable(value, out);
      }
    }
  }

  private record Constant(TypeSchema type) implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      String name = in.readString();
      if (!type.constants().contains(name)) {
        throw new CorruptDataException(
            "'" + name + "' is none of the constants that " + type.name() + " was written with");
      }
      return name;
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      out.writeString((String) value);
    }
  }

  private record Fields(TypeSchema type, List<WrittenType> parts) implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      List<Object> fields = new ArrayList<>(parts.size());
      for (WrittenType part : parts) {
        fields.add(part.readNullable(in));
      }
      return new WrittenObject(type, fields);
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      List<Object> fields = ((WrittenObject) value).fields();
      for (int i = 0; i < parts.size(); i++) {
        parts.get(i).writeNullable(fields.get(i), out);
      }
    }
  }

  private record Perhaps(WrittenType element) implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      return Optional.ofNullable(element.readNullable(in));
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      element.writeNullable(((Optional<?>) value).orElse(null), out);
    }
  }

  private record Elements(WrittenType element) implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      int size = in.readSize(1);
      List<Object> elements = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        elements.add(element.readNullable(in));
      }
      return elements;
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      List<?> elements = (List<?>) value;
      out.writeVarInt(elements.size());
      for (Object e : elements) {
        element.writeNullable(e, out);
      }
    }
  }

  private record Entries(WrittenType key, WrittenType value) implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      int size = in.readSize(2);
      Map<Object, Object> entries = new LinkedHashMap<>();
      for (int i = 0; i < size; i++) {
        Object k = key.readNullable(in);
        entries.put(k, value.readNullable(in));
      }
      return entries;
    }

    @Override
    public void write(Object map, BinaryWriter out) {
      Map<?, ?> entries = (Map<?, ?>) map;
      out.writeVarInt(entries.size());
      entries.forEach(
          (k, v) -> {
            key.writeNullable(k, out);
            value.writeNullable(v, out);
          });
    }
  }

  private record Variants(String name, Map<String, WrittenType> variants) implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      String tag = in.readString();
      return new WrittenVariant(tag, variant(tag).read(in));
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      WrittenVariant written = (WrittenVariant) value;
      out.writeString(written.tag());
      variant(written.tag()).write(written.value(), out);
    }

    private WrittenType variant(String tag) {
      WrittenType variant = variants.get(tag);
      if (variant == null) {
        throw new CorruptDataException(
            "'" + tag + "' is none of the classes that " + name + " was written with");
      }
      return variant;
    }
  }

  private static final class Late implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      return TypeInformation.lateTyped().serializer().read(in);
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      TypeInformation.lateTyped().serializer().write(value, out);
    }
  }

  private static final class LateKey implements WrittenType {
    @Override
    public Object read(BinaryReader in) {
      return TypeInformation.lateTyped().keyCodec().decode(in);
    }

    @Override
    public void write(Object value, BinaryWriter out) {
      TypeInformation.lateTyped().keyCodec().encode(value, out);
    }
  }
}

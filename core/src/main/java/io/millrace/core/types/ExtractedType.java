package io.millrace.core.types;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Optional;

/**
 * The information of a type found by reflection. Serializer, codec and layout are made when first
 * asked for: a client that only submits a job generates nothing.
 */
final class ExtractedType extends TypeInformation<Object> {
  private static final long serialVersionUID = 1L;

  private final transient TypeTree tree;
  private final transient TypeSchema schema;
  private transient volatile TypeSerializer<Object> serializer;
  private transient volatile Optional<FlatLayout<Object>> flatLayout;
  private transient volatile Optional<RowLayout<Object>> rowLayout;
  private transient volatile KeyCodec<Object> keyCodec;

  ExtractedType(TypeTree tree, TypeSchema schema) {
    this.tree = tree;
    this.schema = schema;
  }

  TypeTree tree() {
    return tree;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Class<Object> rawClass() {
    Class<?> raw = tree.raw();
    BasicType<?> basic = BasicTypes.find(raw);
    return (Class<Object>) (basic == null ? raw : basic.type());
  }

  @Override
  public TypeSerializer<Object> serializer() {
    TypeSerializer<Object> found = serializer;
    if (found == null) {
      synchronized (this) {
        found = serializer;
        if (found == null) {
          found = SerializerFactory.create(tree);
          serializer = found;
        }
      }
    }
    return found;
  }

  @Override
  public Optional<FlatLayout<Object>> flatLayout() {
    Optional<FlatLayout<Object>> found = flatLayout;
    if (found == null) {
      synchronized (this) {
        found = flatLayout;
        if (found == null) {
          found = FlatLayoutGenerator.create(tree);
          flatLayout = found;
        }
      }
    }
    return found;
  }

  @Override
  public Optional<RowLayout<Object>> rowLayout() {
    Optional<RowLayout<Object>> found = rowLayout;
    if (found == null) {
      Optional<FlatLayout<Object>> flat = flatLayout();
      synchronized (this) {
        found = rowLayout;
        if (found == null) {
          found = flat.isPresent() ? flat.map(layout -> layout) : RowLayoutGenerator.create(tree);
          rowLayout = found;
        }
      }
    }
    return found;
  }

  @Override
  public KeyCodec<Object> keyCodec() {
    KeyCodec<Object> found = keyCodec;
    if (found == null) {
      synchronized (this) {
        found = keyCodec;
        if (found == null) {
          found = KeyCodecFactory.create(tree);
          keyCodec = found;
        }
      }
    }
    return found;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  @Override
  public boolean isLateTyped() {
    return schema.kind() == TypeSchema.Kind.LATE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExtractedType type && type.tree.equals(tree);
  }

  @Override
  public int hashCode() {
    return tree.hashCode();
  }

  @Override
  public String toString() {
    return tree.name();
  }

  private Object writeReplace() {
    return new Shipped(tree);
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("A type is shipped as its description");
  }

  /** A type on its way: classes by name, found again by the loader of the reading side. */
  private record Shipped(TypeTree tree) implements Serializable {
    private static final long serialVersionUID = 1L;

    private Object readResolve() {
      return TypeExtractor.extract(tree);
    }
  }
}

package io.millrace.core.types;

import io.millrace.core.types.Shape.ArrayShape;
import io.millrace.core.types.Shape.Basic;
import io.millrace.core.types.Shape.CollectionShape;
import io.millrace.core.types.Shape.EnumShape;
import io.millrace.core.types.Shape.LateShape;
import io.millrace.core.types.Shape.MapShape;
import io.millrace.core.types.Shape.OptionalShape;
import io.millrace.core.types.Shape.PojoShape;
import io.millrace.core.types.Shape.RecordShape;
import io.millrace.core.types.Shape.SealedShape;
import io.millrace.core.types.Shape.Variant;
import io.millrace.core.types.TypeSchema.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Walks a whole type: describes it, and refuses it if any part can't be serialised. */
final class SchemaBuilder {
  /** Only a type that nests itself with ever new arguments is deeper. */
  private static final int MAX_DEPTH = 100;

  private final Set<TypeTree> enclosing = new HashSet<>();

  static TypeSchema build(TypeTree tree) {
    return new SchemaBuilder().build(tree, tree.raw().getName());
  }

  private TypeSchema build(TypeTree tree, String path) {
    if (enclosing.contains(tree)) {
      return TypeSchema.leaf(Kind.REFERENCE, tree.name());
    }
    if (enclosing.size() > MAX_DEPTH) {
      throw new UnsupportedTypeException(
          "The type " + path + " contains itself with ever new type arguments and has no end");
    }
    enclosing.add(tree);
    TypeSchema schema = describe(tree, ShapeAnalyzer.analyze(tree, path), path);
    enclosing.remove(tree);
    return schema;
  }

  private TypeSchema describe(TypeTree tree, Shape shape, String path) {
    if (shape instanceof Basic) {
      return TypeSchema.leaf(Kind.BASIC, tree.name());
    } else if (shape instanceof EnumShape type) {
      List<String> constants =
          Arrays.stream(type.type().getEnumConstants()).map(c -> ((Enum<?>) c).name()).toList();
      return new TypeSchema(Kind.ENUM, tree.name(), List.of(), constants);
    } else if (shape instanceof RecordShape type) {
      return new TypeSchema(Kind.RECORD, tree.name(), parts(type.components(), path), List.of());
    } else if (shape instanceof PojoShape type) {
      return new TypeSchema(Kind.POJO, tree.name(), parts(type.parts(), path), List.of());
    } else if (shape instanceof OptionalShape type) {
      return container(Kind.OPTIONAL, tree, part("element", type.element(), path + "[]"));
    } else if (shape instanceof CollectionShape type) {
      return container(Kind.COLLECTION, tree, part("element", type.element(), path + "[]"));
    } else if (shape instanceof ArrayShape type) {
      return container(Kind.ARRAY, tree, part("element", type.element(), path + "[]"));
    } else if (shape instanceof MapShape type) {
      return container(
          Kind.MAP,
          tree,
          part("key", type.key(), path + "[key]"),
          part("value", type.value(), path + "[value]"));
    } else if (shape instanceof SealedShape type) {
      List<TypeSchema.Part> variants = new ArrayList<>();
      for (Variant variant : type.variants()) {
        variants.add(
            new TypeSchema.Part(
                variant.tag(), variantSchema(variant, tree, path + "|" + variant.tag())));
      }
      return new TypeSchema(Kind.SEALED, tree.name(), variants, List.of());
    } else if (shape instanceof LateShape type) {
      return TypeSchema.late(type.bound());
    }
    throw new IllegalStateException("unknown shape " + shape);
  }

  private TypeSchema variantSchema(Variant variant, TypeTree sealed, String path) {
    // A concrete class among the sealed ones is a variant beside its own subclasses.
    return variant.type().equals(sealed) || variant.type().raw().isSealed()
        ? describe(variant.type(), ShapeAnalyzer.analyzeConcrete(variant.type(), path), path)
        : build(variant.type(), path);
  }

  private static TypeSchema container(Kind kind, TypeTree tree, TypeSchema.Part... parts) {
    return new TypeSchema(kind, tree.name(), List.of(parts), List.of());
  }

  private TypeSchema.Part part(String name, TypeTree type, String path) {
    return new TypeSchema.Part(name, build(type, path));
  }

  private List<TypeSchema.Part> parts(List<Shape.Part> fields, String path) {
    List<TypeSchema.Part> parts = new ArrayList<>();
    for (Shape.Part field : fields) {
      parts.add(part(field.name(), field.type(), path + "." + field.name()));
    }
    return parts;
  }
}

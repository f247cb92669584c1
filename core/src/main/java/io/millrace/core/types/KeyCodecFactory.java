package io.millrace.core.types;

import io.millrace.core.types.Shape.ArrayShape;
import io.millrace.core.types.Shape.Basic;
import io.millrace.core.types.Shape.CollectionShape;
import io.millrace.core.types.Shape.EnumShape;
import io.millrace.core.types.Shape.LateShape;
import io.millrace.core.types.Shape.OptionalShape;
import io.millrace.core.types.Shape.PojoShape;
import io.millrace.core.types.Shape.RecordShape;
import io.millrace.core.types.Shape.SealedShape;
import io.millrace.core.types.Shape.Variant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes the codec of a key type, or says why values of the type can't be keys (KG1). */
final class KeyCodecFactory {
  private final Set<TypeTree> enclosing = new HashSet<>();

  static KeyCodec<Object> create(TypeTree tree) {
    return new KeyCodecFactory().codec(tree, tree.raw().getName());
  }

  private KeyCodec<Object> codec(TypeTree tree, String path) {
    if (!enclosing.add(tree)) {
      throw refuse(path, tree, "it contains itself", "key by one of its fields");
    }
    KeyCodec<Object> codec = create(tree, ShapeAnalyzer.analyze(tree, path), path);
    enclosing.remove(tree);
    return codec;
  }

  @SuppressWarnings("unchecked")
  private KeyCodec<Object> create(TypeTree tree, Shape shape, String path) {
    if (shape instanceof Basic basic) {
      return (KeyCodec<Object>) basic.type().keyCodec().orElseThrow(() -> floating(path, tree));
    } else if (shape instanceof EnumShape type) {
      return cast(EnumKeyCodec.of(type.type()));
    } else if (shape instanceof RecordShape type) {
      if (EqualsOverride.isPresent(type.type())) {
        throw refuse(
            path,
            tree,
            "it overrides equals or hashCode, which keys never use: two keys are the same if all"
                + " fields are",
            "remove the override, or key by the fields that count, in a record of their own");
      }
      return KeyCodecGenerator.generate(type, parts(type.components(), path));
    } else if (shape instanceof PojoShape) {
      throw refuse(
          path,
          tree,
          "it is a class whose fields may change",
          "make it a record, or key by its fields, in a record of their own");
    } else if (shape instanceof OptionalShape type) {
      return cast(new OptionalKeyCodec(codec(type.element(), path + "[]")));
    } else if (shape instanceof ArrayShape type) {
      return cast(
          new ArrayKeyCodec(tree.raw().getComponentType(), codec(type.element(), path + "[]")));
    } else if (shape instanceof CollectionShape type && isList(type.kind())) {
      return cast(new ListKeyCodec(type.kind(), codec(type.element(), path + "[]")));
    } else if (shape instanceof SealedShape type) {
      return sealed(type, path);
    } else if (shape instanceof LateShape) {
      return new LateKeyCodec();
    }
    throw refuse(
        path,
        tree,
        "sets, maps and queues have no one order",
        "key by a sorted List of the elements, or by a field that identifies it");
  }

  private static boolean isList(CollectionKind kind) {
    return List.class.isAssignableFrom(kind.type());
  }

  @SuppressWarnings("unchecked")
  private static KeyCodec<Object> cast(KeyCodec<?> codec) {
    return (KeyCodec<Object>) codec;
  }

  private static UnsupportedTypeException floating(String path, TypeTree tree) {
    return refuse(
        path,
        tree,
        "floating-point numbers that print alike may differ, and NaN is not itself",
        "round to a long (of cents, say), or use a String or a BigDecimal");
  }

  private static UnsupportedTypeException refuse(
      String path, TypeTree tree, String why, String remedy) {
    return new UnsupportedTypeException(
        (path.equals(tree.raw().getName()) ? tree.name() : path + " of type " + tree.name())
            + " can't be a key: "
            + why
            + ". Remedy: "
            + remedy
            + ".");
  }

  private List<KeyCodec<Object>> parts(List<Shape.Part> parts, String path) {
    List<KeyCodec<Object>> codecs = new ArrayList<>();
    for (Shape.Part part : parts) {
      codecs.add(codec(part.type(), path + "." + part.name()));
    }
    return codecs;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private KeyCodec<Object> sealed(SealedShape shape, String path) {
    int n = shape.variants().size();
    Class<?>[] classes = new Class<?>[n];
    KeyCodec<Object>[] codecs = new KeyCodec[n];
    List<String> tags = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Variant variant = shape.variants().get(i);
      if (variant.type().raw().isSealed()) {
        throw refuse(
            path + "|" + variant.tag(),
            variant.type(),
            "it is a class whose fields may change",
            "make it a record");
      }
      classes[i] = variant.type().raw();
      codecs[i] = codec(variant.type(), path + "|" + variant.tag());
      tags.add(variant.tag());
    }
    return new SealedKeyCodec(
        classes, codecs, tags, new NameTable("the sealed type " + shape.type().getName(), tags));
  }
}

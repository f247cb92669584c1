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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the serializer of a type and of all its parts. One use, one thread. */
final class SerializerFactory {
  private final Map<TypeTree, TypeSerializer<Object>> made = new HashMap<>();
  private final Map<TypeTree, RecursiveSerializer> inProgress = new HashMap<>();

  static TypeSerializer<Object> create(TypeTree tree) {
    return new SerializerFactory().serializer(tree);
  }

  private TypeSerializer<Object> serializer(TypeTree tree) {
    TypeSerializer<Object> known = made.get(tree);
    if (known != null) {
      return known;
    }
    RecursiveSerializer enclosing = inProgress.get(tree);
    if (enclosing != null) {
      return enclosing;
    }
    RecursiveSerializer self = new RecursiveSerializer(tree.name(), Immutability.of(tree));
    inProgress.put(tree, self);
    TypeSerializer<Object> serializer = create(tree, ShapeAnalyzer.analyze(tree, tree.name()));
    inProgress.remove(tree);
    self.resolve(serializer);
    made.put(tree, serializer);
    return serializer;
  }

  @SuppressWarnings("unchecked")
  private TypeSerializer<Object> create(TypeTree tree, Shape shape) {
    TypeSerializer<?> serializer;
    if (shape instanceof Basic basic) {
      serializer = basic.type().serializer();
    } else if (shape instanceof EnumShape type) {
      serializer = EnumSerializer.of(type.type());
    } else if (shape instanceof RecordShape type) {
      serializer = RecordGenerator.generate(type, parts(type.components()), Immutability.of(tree));
    } else if (shape instanceof PojoShape type) {
      serializer = PojoSerializer.create(type, this::parts);
    } else if (shape instanceof OptionalShape type) {
      serializer = new OptionalSerializer(serializer(type.element()), Immutability.of(tree));
    } else if (shape instanceof CollectionShape type) {
      serializer = new CollectionSerializer(type.kind(), serializer(type.element()));
    } else if (shape instanceof ArrayShape type) {
      serializer = new ArraySerializer(tree.raw().getComponentType(), serializer(type.element()));
    } else if (shape instanceof MapShape type) {
      serializer = new MapSerializer(type.kind(), serializer(type.key()), serializer(type.value()));
    } else if (shape instanceof SealedShape type) {
      serializer = sealed(tree, type);
    } else if (shape instanceof LateShape type) {
      serializer = new LateSerializer(type.bound());
    } else {
      throw new IllegalStateException("unknown shape " + shape);
    }
    return (TypeSerializer<Object>) serializer;
  }

  private List<TypeSerializer<Object>> parts(List<Shape.Part> parts) {
    List<TypeSerializer<Object>> serializers = new ArrayList<>();
    for (Shape.Part part : parts) {
      serializers.add(serializer(part.type()));
    }
    return serializers;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private TypeSerializer<Object> sealed(TypeTree tree, SealedShape shape) {
    int n = shape.variants().size();
    Class<?>[] classes = new Class<?>[n];
    TypeSerializer<Object>[] serializers = new TypeSerializer[n];
    List<String> tags = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Variant variant = shape.variants().get(i);
      TypeTree type = variant.type();
      classes[i] = type.raw();
      serializers[i] =
          type.raw().isSealed()
              ? create(type, ShapeAnalyzer.analyzeConcrete(type, type.name()))
              : serializer(type);
      tags.add(variant.tag());
    }
    return new SealedSerializer(
        shape.type(),
        classes,
        serializers,
        new NameTable("the sealed type " + shape.type().getName(), tags),
        Immutability.of(tree));
  }
}

package io.millrace.core.types;

import io.millrace.core.types.Shape.ArrayShape;
import io.millrace.core.types.Shape.Basic;
import io.millrace.core.types.Shape.CollectionShape;
import io.millrace.core.types.Shape.EnumShape;
import io.millrace.core.types.Shape.LateShape;
import io.millrace.core.types.Shape.Level;
import io.millrace.core.types.Shape.MapShape;
import io.millrace.core.types.Shape.OptionalShape;
import io.millrace.core.types.Shape.Part;
import io.millrace.core.types.Shape.PojoShape;
import io.millrace.core.types.Shape.RecordShape;
import io.millrace.core.types.Shape.SealedShape;
import io.millrace.core.types.Shape.Variant;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.TypeVariable;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the shape of a type, or says what is in the way and what to do. */
final class ShapeAnalyzer {
  /** JDK types of which a field may be declared although only its values say what they are. */
  private static final Set<Class<?>> OPEN_JDK_TYPES =
      Set.of(
          Object.class,
          Number.class,
          Comparable.class,
          CharSequence.class,
          Serializable.class,
          Temporal.class,
          Record.class,
          Enum.class);

  private ShapeAnalyzer() {}

  /**
   * @param path where the type was met, for messages
   */
  static Shape analyze(TypeTree tree, String path) {
    Class<?> raw = tree.raw();
    BasicType<?> basic = BasicTypes.find(raw);
    if (basic != null) {
      return new Basic(basic);
    }
    if (raw.isArray()) {
      return new ArrayShape(tree.arguments().get(0));
    }
    if (raw.isEnum()) {
      return new EnumShape(raw);
    }
    if (raw == Optional.class) {
      return new OptionalShape(tree.arguments().get(0));
    }
    CollectionKind collection = CollectionKind.find(raw);
    if (collection != null) {
      return new CollectionShape(collection, tree.arguments().get(0));
    }
    MapKind map = MapKind.find(raw);
    if (map != null) {
      return new MapShape(map, tree.arguments().get(0), tree.arguments().get(1));
    }
    if (OPEN_JDK_TYPES.contains(raw)) {
      return new LateShape(raw);
    }
    if (isJdk(raw)) {
      throw refuse(
          path,
          raw,
          "is a class of the JDK that is no plain data",
          "hold the data in a record of numbers, strings, java.time values and collections;"
              + " declare collections as List, Set or Map");
    }
    if (raw.isRecord()) {
      return analyzeRecord(tree, path);
    }
    if (raw.isSealed()) {
      return analyzeSealed(tree, path);
    }
    if (raw.isInterface() || Modifier.isAbstract(raw.getModifiers())) {
      return new LateShape(raw);
    }
    return analyzePojo(tree, path);
  }

  /** The shape of values that are exactly of the class, which may be sealed and have subclasses. */
  static Shape analyzeConcrete(TypeTree tree, String path) {
    return tree.raw().isSealed() && !tree.raw().isEnum()
        ? analyzePojo(tree, path)
        : analyze(tree, path);
  }

  static UnsupportedTypeException refuse(String path, Class<?> raw, String why, String remedy) {
    return new UnsupportedTypeException(
        path.equals(raw.getName())
            ? raw.getTypeName() + " can't be serialised: it " + why + ". Remedy: " + remedy + "."
            : path
                + " of type "
                + raw.getTypeName()
                + " can't be serialised: the type "
                + why
                + ". Remedy: "
                + remedy
                + ".");
  }

  private static boolean isJdk(Class<?> raw) {
    ClassLoader loader = raw.getClassLoader();
    return loader == null
        || loader == ClassLoader.getPlatformClassLoader()
        || raw.getName().startsWith("java.");
  }

  private static RecordShape analyzeRecord(TypeTree tree, String path) {
    Class<?> raw = tree.raw();
    Map<TypeVariable<?>, TypeTree> bindings = tree.bindings();
    List<Part> parts = new ArrayList<>();
    for (RecordComponent component : raw.getRecordComponents()) {
      parts.add(
          new Part(
              component.getName(),
              component.getType(),
              TypeTree.of(component.getGenericType(), bindings)));
    }
    HiddenClasses.checkAccess(raw, path);
    return new RecordShape(raw, List.copyOf(parts));
  }

  private static SealedShape analyzeSealed(TypeTree tree, String path) {
    Map<String, Variant> variants = new LinkedHashMap<>();
    collectVariants(tree, tree.raw(), path, variants);
    List<Variant> sorted = new ArrayList<>(variants.values());
    sorted.sort(Comparator.comparing(Variant::tag));
    return new SealedShape(tree.raw(), List.copyOf(sorted));
  }

  private static void collectVariants(
      TypeTree tree, Class<?> root, String path, Map<String, Variant> variants) {
    Class<?> raw = tree.raw();
    boolean isAbstract = raw.isInterface() || Modifier.isAbstract(raw.getModifiers());
    if (raw.isEnum() || !isAbstract) {
      String tag = tagOf(raw, root);
      variants.put(tag, new Variant(tag, tree));
    }
    if (raw.isSealed() && !raw.isEnum()) {
      for (Class<?> permitted : raw.getPermittedSubclasses()) {
        collectVariants(GenericTypes.subtype(tree, permitted), root, path, variants);
      }
    } else if (isAbstract && !raw.isEnum()) {
      throw refuse(
          path + " | " + raw.getName(),
          raw,
          "is a non-sealed part of the sealed type " + root.getName(),
          "seal it too, or make it final");
    }
  }

  /**
   * The name a variant is written by: within the package of the sealed type that is not repeated.
   */
  private static String tagOf(Class<?> variant, Class<?> root) {
    String prefix = root.getPackageName() + ".";
    String name = variant.getName();
    return variant.getPackageName().equals(root.getPackageName()) && name.startsWith(prefix)
        ? name.substring(prefix.length())
        : name;
  }

  private static PojoShape analyzePojo(TypeTree tree, String path) {
    Class<?> raw = tree.raw();
    String record = "make it a record";
    if (raw.isMemberClass() && !Modifier.isStatic(raw.getModifiers())
        || raw.isAnonymousClass()
        || raw.isHidden()) {
      throw refuse(
          path, raw, "is an inner class bound to its surroundings", record + " or a static class");
    }
    if (Arrays.stream(raw.getDeclaredConstructors()).noneMatch(c -> c.getParameterCount() == 0)) {
      throw refuse(
          path,
          raw,
          "is neither a record nor has it a constructor without arguments",
          record + ", or add such a constructor (it may be private)");
    }
    List<Level> levels = new ArrayList<>();
    TypeTree at = tree;
    while (at.raw() != Object.class) {
      Class<?> type = at.raw();
      if (isJdk(type)) {
        throw refuse(
            path, raw, "inherits state from " + type.getName() + " that can't be reached", record);
      }
      List<Part> fields = fieldsOf(at, path);
      if (!fields.isEmpty() || type == raw) {
        HiddenClasses.checkAccess(type, path);
        levels.add(0, new Level(type, fields));
      }
      at = TypeTree.of(type.getGenericSuperclass(), at.bindings());
    }
    return new PojoShape(raw, List.copyOf(levels));
  }

  private static List<Part> fieldsOf(TypeTree tree, String path) {
    Map<TypeVariable<?>, TypeTree> bindings = tree.bindings();
    List<Part> parts = new ArrayList<>();
    for (Field field : tree.raw().getDeclaredFields()) {
      int modifiers = field.getModifiers();
      if (Modifier.isStatic(modifiers) || Modifier.isTransient(modifiers)) {
        continue;
      }
      if (field.isSynthetic()) {
        throw refuse(
            path,
            tree.raw(),
            "captures " + field.getType().getName() + " from its surroundings",
            "make it a record or a static class");
      }
      if (Modifier.isFinal(modifiers)) {
        throw refuse(
            path + "." + field.getName(),
            field.getType(),
            "stands in a final field of a class that is no record",
            "make " + tree.raw().getName() + " a record, or the field not final, or transient");
      }
      parts.add(
          new Part(
              field.getName(), field.getType(), TypeTree.of(field.getGenericType(), bindings)));
    }
    parts.sort(Comparator.comparing(Part::name)); // the JVM promises no order of fields
    return List.copyOf(parts);
  }
}

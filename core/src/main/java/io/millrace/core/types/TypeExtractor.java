package io.millrace.core.types;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Finds the type information of a Java type. What was found is held by a class of the type itself,
 * the one of the innermost class loader, so that it is shared and goes with that loader.
 */
final class TypeExtractor {
  private static final ClassValue<ConcurrentMap<TypeTree, TypeInformation<Object>>> KNOWN =
      new ClassValue<>() {
        @Override
        protected ConcurrentMap<TypeTree, TypeInformation<Object>> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>();
        }
      };

  private TypeExtractor() {}

  static <T> TypeInformation<T> extract(Type type) {
    return extract(TypeTree.of(type));
  }

  static <T> TypeInformation<T> extract(Class<?> generic, List<TypeInformation<?>> arguments) {
    if (generic.getTypeParameters().length != arguments.size()) {
      throw new IllegalArgumentException(
          generic.getName()
              + " has "
              + generic.getTypeParameters().length
              + " type parameters, not "
              + arguments.size());
    }
    return extract(new TypeTree(generic, arguments.stream().map(TypeExtractor::treeOf).toList()));
  }

  private static TypeTree treeOf(TypeInformation<?> type) {
    if (type instanceof ExtractedType extracted) {
      return extracted.tree();
    }
    if (type.isLateTyped()) {
      return TypeTree.LATE;
    }
    throw new UnsupportedTypeException(
        type.rawClass().getName()
            + " has a type of its own making, which can't be a part of another");
  }

  @SuppressWarnings("unchecked")
  static <T> TypeInformation<T> extract(TypeTree type) {
    TypeTree tree = type.raw().isPrimitive() ? boxed(type) : type;
    if (tree.isLate()) {
      return (TypeInformation<T>) LateTyped.INSTANCE;
    }
    Optional<Class<?>> owner = innermost(tree);
    if (owner.isEmpty()) {
      return (TypeInformation<T>) new ExtractedType(tree, SchemaBuilder.build(tree));
    }
    ConcurrentMap<TypeTree, TypeInformation<Object>> known = KNOWN.get(owner.get());
    TypeInformation<Object> found = known.get(tree);
    if (found == null) {
      TypeInformation<Object> extracted = new ExtractedType(tree, SchemaBuilder.build(tree));
      found = known.putIfAbsent(tree, extracted);
      if (found == null) {
        found = extracted;
      }
    }
    return (TypeInformation<T>) found;
  }

  private static TypeTree boxed(TypeTree primitive) {
    BasicType<?> basic = BasicTypes.find(primitive.raw());
    if (basic == null) {
      throw new UnsupportedTypeException("void is no type of values");
    }
    return TypeTree.of(basic.type());
  }

  /** The class whose loader sees all the others'; empty if there is none, as between siblings. */
  private static Optional<Class<?>> innermost(TypeTree tree) {
    Class<?> result = tree.raw();
    for (TypeTree argument : tree.arguments()) {
      Optional<Class<?>> candidate = innermost(argument);
      if (candidate.isEmpty()) {
        return candidate;
      }
      if (isAncestor(result.getClassLoader(), candidate.get().getClassLoader())) {
        result = candidate.get();
      } else if (!isAncestor(candidate.get().getClassLoader(), result.getClassLoader())) {
        return Optional.empty();
      }
    }
    return Optional.of(result);
  }

  private static boolean isAncestor(ClassLoader ancestor, ClassLoader loader) {
    for (ClassLoader at = loader; at != null; at = at.getParent()) {
      if (at == ancestor) {
        return true;
      }
    }
    return ancestor == null;
  }
}

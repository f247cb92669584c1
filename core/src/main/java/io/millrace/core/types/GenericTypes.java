package io.millrace.core.types;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Follows type arguments up and down class hierarchies. */
final class GenericTypes {
  private GenericTypes() {}

  /** The given type seen as one of its supertypes, arguments carried along. */
  static Optional<TypeTree> asSuper(TypeTree type, Class<?> target) {
    Class<?> raw = type.raw();
    if (raw == target) {
      return Optional.of(type);
    }
    if (!target.isAssignableFrom(raw)) {
      return Optional.empty();
    }
    Map<TypeVariable<?>, TypeTree> bindings = type.bindings();
    for (Type parent : parents(raw)) {
      Optional<TypeTree> found = asSuper(TypeTree.of(parent, bindings), target);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * A direct subclass of a type with the arguments that follow from the type's; what does not
   * follow is late-typed.
   */
  static TypeTree subtype(TypeTree type, Class<?> subclass) {
    Map<TypeVariable<?>, TypeTree> known = new HashMap<>();
    for (Type parent : parents(subclass)) {
      if (parent instanceof ParameterizedType parameterized
          && parameterized.getRawType() == type.raw()) {
        Type[] arguments = parameterized.getActualTypeArguments();
        for (int i = 0; i < arguments.length; i++) {
          unify(arguments[i], type.arguments().get(i), known);
        }
      }
    }
    List<TypeTree> arguments = new ArrayList<>();
    for (TypeVariable<?> variable : subclass.getTypeParameters()) {
      arguments.add(known.getOrDefault(variable, TypeTree.LATE));
    }
    return new TypeTree(subclass, arguments);
  }

  private static void unify(Type pattern, TypeTree actual, Map<TypeVariable<?>, TypeTree> known) {
    if (pattern instanceof TypeVariable<?> variable) {
      known.putIfAbsent(variable, actual);
    } else if (pattern instanceof ParameterizedType parameterized
        && parameterized.getRawType() == actual.raw()) {
      Type[] arguments = parameterized.getActualTypeArguments();
      for (int i = 0; i < arguments.length; i++) {
        unify(arguments[i], actual.arguments().get(i), known);
      }
    }
  }

  private static List<Type> parents(Class<?> raw) {
    List<Type> parents = new ArrayList<>();
    if (raw.getGenericSuperclass() != null) {
      parents.add(raw.getGenericSuperclass());
    }
    parents.addAll(List.of(raw.getGenericInterfaces()));
    return parents;
  }
}

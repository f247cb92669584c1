package io.millrace.core.types;

import java.io.Serializable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A Java type with every variable resolved: a class and its arguments (of an array, its element).
 * What can't be resolved is {@link #LATE}. This is also the form in which a type is shipped.
 */
record TypeTree(Class<?> raw, List<TypeTree> arguments) implements Serializable {
  private static final long serialVersionUID = 1L;

  static final TypeTree LATE = new TypeTree(Object.class, List.of());

  TypeTree {
    arguments = List.copyOf(arguments);
  }

  static TypeTree of(Type type) {
    return of(type, Map.of());
  }

  static TypeTree of(Type type, Map<TypeVariable<?>, TypeTree> bindings) {
    if (type instanceof Class<?> raw) {
      return ofClass(raw);
    }
    if (type instanceof ParameterizedType parameterized) {
      List<TypeTree> arguments = new ArrayList<>();
      for (Type argument : parameterized.getActualTypeArguments()) {
        arguments.add(of(argument, bindings));
      }
      return new TypeTree((Class<?>) parameterized.getRawType(), arguments);
    }
    if (type instanceof GenericArrayType array) {
      TypeTree element = of(array.getGenericComponentType(), bindings);
      return new TypeTree(element.raw.arrayType(), List.of(element));
    }
    if (type instanceof WildcardType wildcard) {
      return of(wildcard.getUpperBounds()[0], bindings);
    }
    if (type instanceof TypeVariable<?> variable) {
      return bindings.getOrDefault(variable, LATE);
    }
    throw new UnsupportedTypeException("A type of kind " + type.getClass().getName() + ": " + type);
  }

  private static TypeTree ofClass(Class<?> raw) {
    if (raw.isArray()) {
      Class<?> element = raw.getComponentType();
      return new TypeTree(raw, element.isPrimitive() ? List.of() : List.of(ofClass(element)));
    }
    List<TypeTree> unknown = new ArrayList<>();
    for (int i = 0; i < raw.getTypeParameters().length; i++) {
      unknown.add(LATE);
    }
    return new TypeTree(raw, unknown);
  }

  /** What the variables of the class stand for. */
  Map<TypeVariable<?>, TypeTree> bindings() {
    TypeVariable<?>[] variables = raw.getTypeParameters();
    Map<TypeVariable<?>, TypeTree> result = new HashMap<>();
    for (int i = 0; i < variables.length && i < arguments.size(); i++) {
      result.put(variables[i], arguments.get(i));
    }
    return result;
  }

  boolean isLate() {
    return raw == Object.class;
  }

  /** As in source code, with full class names; stable, stands in schemas. */
  String name() {
    if (raw.isArray()) {
      return raw.getComponentType().isPrimitive()
          ? raw.getTypeName()
          : arguments.get(0).name() + "[]";
    }
    return arguments.isEmpty()
        ? raw.getName()
        : raw.getName()
            + arguments.stream().map(TypeTree::name).collect(Collectors.joining(", ", "<", ">"));
  }

  @Override
  public String toString() {
    return name();
  }
}
